"""What is shown when we ask, per layout and locale: the text whose hash stands in every answer."""

from typing import Any

from sayso.core.duration import Duration
from sayso.core.errors import Invalid
from sayso.core.guardian import MinorRule
from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose
from sayso.core.values import content_hash

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
YOUNG = "young-1"  # what a minor is shown: plain words, and nothing that is forbidden for minors
LAYOUTS = frozenset({"banner-1", "ask-1", "centre-1", YOUNG})

# One row per locale; the words on the buttons are those independent auditors look for.
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "reject": "Reject all",
        "accept": "Accept all",
        "choose": "Choose",
        "save": "Save my choices",
        "back": "Back",
        "close": "Close",
        "withdraw": "You can change or withdraw any answer at any time.",
        "gpc": "Your browser asks us not to sell or share your data (Global Privacy Control). We obey.",
        "gpc_holds": "Off because of it: {names}. To permit one all the same, say yes to it by name in the list.",
        "opt_out": "Stop by e-mail address, without an account",
        "yes": "Yes",
        "no": "No",
        "parts": "Choose in detail",
        "mixed": "Partly",
        "reopen": "Your privacy choices",
        "saved": "Saved.",
        "proof": "Keep the proof",
        "error": "That could not be saved. Nothing was recorded; please try again.",
        "months": "{count} months",
        "days": "{count} days",
    },
    "zh-Hant": {
        "reject": "全部拒絕",
        "accept": "全部接受",
        "choose": "自行選擇",
        "save": "儲存我的選擇",
        "back": "返回",
        "close": "關閉",
        "withdraw": "每一個回答都可以隨時更改或撤回。",
        "gpc": "你的瀏覽器要求我們不出售、不分享你的資料（全球隱私控制），我們遵守。",
        "gpc_holds": "因此保持關閉：{names}。若仍要允許其中一項，請在清單中逐項表示同意。",
        "opt_out": "用電子郵件地址停止，不需要帳戶",
        "yes": "同意",
        "no": "不同意",
        "parts": "逐項選擇",
        "mixed": "部分",
        "reopen": "你的隱私選擇",
        "saved": "已儲存。",
        "proof": "保留證明",
        "error": "無法儲存，尚未記錄任何內容，請再試一次。",
        "months": "{count} 個月",
        "days": "{count} 天",
    },
    "ar": {
        "reject": "رفض الكل",
        "accept": "قبول الكل",
        "choose": "اختيار",
        "save": "احفظ خياراتي",
        "back": "رجوع",
        "close": "إغلاق",
        "withdraw": "يمكن تغيير كل إجابة أو سحبها في أي وقت.",
        "gpc": "يطلب متصفحك ألا نبيع بياناتك ولا نشاركها (Global Privacy Control). ونحن نمتثل.",
        "gpc_holds": "مغلق بسببه: {names}. وللسماح بأحدها مع ذلك، وافق عليه بالاسم في القائمة.",
        "opt_out": "الإيقاف بالبريد الإلكتروني، دون حساب",
        "yes": "نعم",
        "no": "لا",
        "parts": "الاختيار بالتفصيل",
        "mixed": "جزئيًا",
        "reopen": "خيارات خصوصيتك",
        "saved": "حُفظ.",
        "proof": "احفظ الإثبات",
        "error": "تعذّر حفظ ذلك. لم يُسجَّل شيء؛ حاول مرة أخرى.",
        "months": "عدد الأشهر: {count}",
        "days": "عدد الأيام: {count}",
    },
}

ASK_WORDS: dict[str, dict[str, str]] = {  # the fixed words of the layout ask-1
    "en": {
        "what_for": "What for",
        "by_whom": "By whom",
        "how_long": "How long",
        "benefit": "What it brings you",
        "give": "Yes, here it is",
        "later": "Not now",
        "no": "No, thanks",
    },
    "zh-Hant": {
        "what_for": "用途",
        "by_whom": "由誰使用",
        "how_long": "多久",
        "benefit": "對你的好處",
        "give": "好，提供給你們",
        "later": "現在先不要",
        "no": "不用，謝謝",
    },
    "ar": {
        "what_for": "لأي غرض",
        "by_whom": "ممّن",
        "how_long": "كم تُحفظ",
        "benefit": "ما فائدته لك",
        "give": "نعم، ها هو",
        "later": "ليس الآن",
        "no": "لا، شكرًا",
    },
}


def ask_words(locale: str) -> dict[str, str]:
    """Give the fixed words around a question in a locale; English where we have none."""
    return ASK_WORDS.get(locale, ASK_WORDS["en"])


def locale_for(notice: Notice, wanted: str) -> str:
    """Give the notice's locale nearest to the wanted one: exact, same language, else its first."""
    exact = {locale.lower(): locale for locale in notice.locales}
    if wanted.lower() in exact:
        return exact[wanted.lower()]
    language = wanted.split("-")[0].lower()
    same = (locale for locale in notice.locales if locale.split("-")[0].lower() == language)
    return next(same, notice.locales[0])


def direction(locale: str) -> str:
    """Give the writing direction of a locale, `ltr` or `rtl`."""
    return "rtl" if locale.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def words(locale: str) -> dict[str, str]:
    """Give the fixed words in a locale; English where we have none."""
    return WORDS.get(locale, WORDS["en"])


def length_text(length: Duration, locale: str) -> str:
    """Write a length of time in words."""
    if length.months and not length.days:
        return words(locale)["months"].format(count=length.months)
    return words(locale)["days"].format(count=round(length.rough_days))


def _shown_part(part: Part, locale: str) -> dict[str, str]:
    return {"choice": part.choice.id, "title": part.title[locale], "text": part.text[locale]}


def asked(notice: Notice, layout: str) -> list[Purpose]:
    """List the purposes a layout asks about."""
    purposes = [purpose for purpose in notice.purposes.values() if purpose.asked]
    if layout != YOUNG:
        return purposes
    return [purpose for purpose in purposes if purpose.minors is not MinorRule.FORBIDDEN]


def _shown_purpose(purpose: Purpose, layout: str, locale: str) -> dict[str, Any]:
    told = {**purpose.text, **(purpose.plain if layout == YOUNG else {})}
    return {
        "id": purpose.id,
        "title": purpose.title[locale],
        "text": told[locale],
        "benefit": purpose.benefit[locale],
        "advertising": "cross_context" if purpose.cross_context else "none",
        "explicit": purpose.explicit,
        "parts": [_shown_part(part, locale) for part in purpose.parts],
    }


def shown(notice: Notice, layout: str, locale: str) -> dict[str, Any]:
    """Give everything a layout shows in a locale, as JSON: title, body, words, purposes and parts.

    Raises `Invalid` with code `unknown_layout` or `unknown_locale`.
    """
    if layout not in LAYOUTS:
        remedy = f"Use one of {', '.join(sorted(LAYOUTS))}."
        raise Invalid("unknown_layout", "That layout was never published.", remedy)
    if locale not in notice.locales:
        raise Invalid("unknown_locale", "The notice is not written in that locale.", "Use a listed locale.")
    own = {"title": notice.asking_title, "body": notice.asking_body, "notice": notice.title}
    return {
        "layout": layout,
        "locale": locale,
        "texts": {**{name: text[locale] for name, text in own.items()}, **words(locale)},
        "purposes": [_shown_purpose(purpose, layout, locale) for purpose in asked(notice, layout)],
    }


def text_hash(notice: Notice, layout: str, locale: str) -> str:
    """Give the hash of what a layout shows, which every answer given on it carries."""
    return content_hash(shown(notice, layout, locale))
