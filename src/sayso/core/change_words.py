"""The fixed words in which a difference between two versions is told. One row per locale."""

from enum import StrEnum

from sayso.core.guardian import MinorRule
from sayso.core.vocabulary import LegalBasis


class Aspect(StrEnum):
    """What of a purpose, or of one of its parts, is told differently."""

    USE = "use"
    TITLE = "title"
    TEXT = "text"
    BENEFIT = "benefit"
    CONSEQUENCE = "consequence"
    LAW = "law"
    PURPOSE = "purpose"
    BASIS = "basis"
    ADVERTISING = "advertising"
    EXPLICIT = "explicit"
    CATEGORY = "category"
    RECIPIENT = "recipient"
    RETENTION = "retention"
    LASTS = "lasts"
    SAFEGUARDS = "safeguards"
    SCRIPTS = "scripts"
    MINORS = "minors"
    PLAIN = "plain"


YES, NO = "yes", "no"
LABELS: dict[str, dict[str, str]] = {
    "en": {
        Aspect.USE: "what is done",
        Aspect.TITLE: "its name",
        Aspect.TEXT: "how it is put",
        Aspect.BENEFIT: "what it brings",
        Aspect.CONSEQUENCE: "what a no means",
        Aspect.LAW: "the law it rests on",
        Aspect.PURPOSE: "the kind of purpose",
        Aspect.BASIS: "why we may",
        Aspect.ADVERTISING: "adverts across other companies’ sites",
        Aspect.EXPLICIT: "needs a statement of its own",
        Aspect.CATEGORY: "which data",
        Aspect.RECIPIENT: "who gets it",
        Aspect.RETENTION: "how long it is kept",
        Aspect.LASTS: "how long a yes lasts",
        Aspect.SAFEGUARDS: "how it is protected",
        Aspect.SCRIPTS: "where its script comes from",
        Aspect.MINORS: "whose yes counts for a minor",
        Aspect.PLAIN: "how it is put for children",
        MinorRule.FORBIDDEN: "nobody’s",
        MinorRule.GUARDIAN: "a guardian’s",
        MinorRule.CHILD: "the child’s",
        MinorRule.BOTH: "the child’s and a guardian’s",
        LegalBasis.CONSENT: "only if you say yes",
        LegalBasis.CONTRACT: "needed for what you ordered",
        LegalBasis.LEGAL_OBLIGATION: "the law requires it",
        LegalBasis.LEGITIMATE_INTEREST: "our legitimate interest; you may object",
        "widened": "more than before",
        "added": "new",
        "narrowed": "less than before",
        "removed": "given up",
        "reworded": "the same in other words",
        YES: "yes",
        NO: "no",
    },
    "zh-Hant": {
        Aspect.USE: "做什麼",
        Aspect.TITLE: "名稱",
        Aspect.TEXT: "說明文字",
        Aspect.BENEFIT: "帶來的好處",
        Aspect.CONSEQUENCE: "不同意的後果",
        Aspect.LAW: "依據的法律",
        Aspect.PURPOSE: "目的的類別",
        Aspect.BASIS: "我們為何可以這麼做",
        Aspect.ADVERTISING: "在其他公司網站上的廣告",
        Aspect.EXPLICIT: "需要單獨聲明",
        Aspect.CATEGORY: "哪些資料",
        Aspect.RECIPIENT: "交給誰",
        Aspect.RETENTION: "保存多久",
        Aspect.LASTS: "同意的有效期間",
        Aspect.SAFEGUARDS: "如何保護",
        Aspect.SCRIPTS: "程式的來源",
        Aspect.MINORS: "未成年人由誰同意才算數",
        Aspect.PLAIN: "對孩子的說明",
        MinorRule.FORBIDDEN: "誰同意都不算",
        MinorRule.GUARDIAN: "監護人",
        MinorRule.CHILD: "孩子本人",
        MinorRule.BOTH: "孩子本人和監護人",
        LegalBasis.CONSENT: "只有在你同意時",
        LegalBasis.CONTRACT: "你訂購的東西所需要",
        LegalBasis.LEGAL_OBLIGATION: "法律要求",
        LegalBasis.LEGITIMATE_INTEREST: "我們的正當利益；你可以反對",
        "widened": "比以前多",
        "added": "新增",
        "narrowed": "比以前少",
        "removed": "取消",
        "reworded": "換句話說，內容相同",
        YES: "是",
        NO: "否",
    },
    "ar": {
        Aspect.USE: "ما يُفعل",
        Aspect.TITLE: "اسمه",
        Aspect.TEXT: "صياغته",
        Aspect.BENEFIT: "فائدته",
        Aspect.CONSEQUENCE: "ماذا يعني الرفض",
        Aspect.LAW: "القانون الذي يستند إليه",
        Aspect.PURPOSE: "نوع الغرض",
        Aspect.BASIS: "لماذا يجوز لنا",
        Aspect.ADVERTISING: "إعلانات عبر مواقع شركات أخرى",
        Aspect.EXPLICIT: "يحتاج إلى تصريح مستقل",
        Aspect.CATEGORY: "أي البيانات",
        Aspect.RECIPIENT: "من يحصل عليها",
        Aspect.RETENTION: "كم تُحفظ",
        Aspect.LASTS: "كم تدوم الموافقة",
        Aspect.SAFEGUARDS: "كيف تُحمى",
        Aspect.SCRIPTS: "من أين يأتي برنامجه النصي",
        Aspect.MINORS: "موافقة مَن تُحسب للقاصر",
        Aspect.PLAIN: "صياغته للأطفال",
        MinorRule.FORBIDDEN: "لا أحد",
        MinorRule.GUARDIAN: "ولي الأمر",
        MinorRule.CHILD: "الطفل",
        MinorRule.BOTH: "الطفل وولي الأمر",
        LegalBasis.CONSENT: "فقط إن وافقت",
        LegalBasis.CONTRACT: "لازم لما طلبته",
        LegalBasis.LEGAL_OBLIGATION: "يوجبه القانون",
        LegalBasis.LEGITIMATE_INTEREST: "مصلحتنا المشروعة؛ ولك أن تعترض",
        "widened": "أكثر من قبل",
        "added": "جديد",
        "narrowed": "أقل من قبل",
        "removed": "أُلغي",
        "reworded": "نفسه بكلمات أخرى",
        YES: "نعم",
        NO: "لا",
    },
}


def label(key: str, locale: str) -> str:
    """Give a fixed word in a locale; English where we have none."""
    return LABELS.get(locale, LABELS["en"])[key]
