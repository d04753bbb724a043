"""What each reason of a decision says, in words, for whoever may ask for an explanation."""

from collections.abc import Mapping

from sayso.core.decision import Reason

# One row per locale; a reason code is stable, its sentence may be improved.
SENTENCES: Mapping[str, Mapping[Reason, str]] = {
    "en": {
        Reason.GIVEN: "She said yes to exactly this, and the yes holds.",
        Reason.RENEWED: "She said yes to exactly this again, and the yes holds.",
        Reason.TOLD_BASIS: "The notice names another legal basis for this; she is told of it and not asked.",
        Reason.REFUSED: "She said no.",
        Reason.WITHDRAWN: "She said yes and took it back.",
        Reason.NOT_ANSWERED: "She has not answered this; silence is no.",
        Reason.DEFERRED: "She said “not now”; that is no.",
        Reason.EXPIRED: "Her yes has ended by age and was not given again.",
        Reason.REQUESTED: "It waits for her answer: the notice came to mean more, or somebody else reported a yes.",
        Reason.SUPERSEDED: "A yes came in that was older than her no; the no stands.",
        Reason.NOT_LISTED: "The notice in force does not list this combination.",
        Reason.UNKNOWN_SUBJECT: "Nobody is known by that, so nobody said yes.",
        Reason.RESTRICTED: "She had the use of her data restricted.",
        Reason.ERASING: "Her data is being deleted.",
        Reason.GPC: "Her browser sends Global Privacy Control, which says no to this.",
        Reason.BLOCKED: "Somebody opted out with this address or number.",
        Reason.MINOR: "She is a minor, and the yes this needs is missing or not allowed.",
        Reason.UNAVAILABLE: "No current answer could be had; that is no.",
    },
    "zh-Hant": {
        Reason.GIVEN: "當事人對此表示同意，且同意仍然有效。",
        Reason.RENEWED: "當事人再次對此表示同意，且同意仍然有效。",
        Reason.TOLD_BASIS: "告知事項載明此用途另有法律依據；當事人只受告知，不需回答。",
        Reason.REFUSED: "當事人表示不同意。",
        Reason.WITHDRAWN: "當事人曾同意，後來撤回。",
        Reason.NOT_ANSWERED: "當事人尚未回答；沉默就是不同意。",
        Reason.DEFERRED: "當事人說「現在先不要」；這就是不同意。",
        Reason.EXPIRED: "當事人的同意已逾期，且未再次給予。",
        Reason.REQUESTED: "正等待當事人回答：告知事項的範圍擴大了，或同意是由他人轉述。",
        Reason.SUPERSEDED: "收到的同意早於當事人的拒絕；以拒絕為準。",
        Reason.NOT_LISTED: "現行告知事項沒有列出這個組合。",
        Reason.UNKNOWN_SUBJECT: "查無此人，因此沒有人同意。",
        Reason.RESTRICTED: "當事人要求限制使用其資料。",
        Reason.ERASING: "當事人的資料正在刪除。",
        Reason.GPC: "當事人的瀏覽器送出全球隱私控制，對此表示不同意。",
        Reason.BLOCKED: "有人以這個地址或號碼選擇退出。",
        Reason.MINOR: "當事人未成年，所需的同意尚缺，或不得給予。",
        Reason.UNAVAILABLE: "無法取得目前的回答；這就是不同意。",
    },
    "ar": {
        Reason.GIVEN: "وافقت صاحبة البيانات على هذا تحديدًا، وموافقتها سارية.",
        Reason.RENEWED: "وافقت صاحبة البيانات على هذا تحديدًا مرة أخرى، وموافقتها سارية.",
        Reason.TOLD_BASIS: "يذكر الإشعار لهذا أساسًا قانونيًا آخر؛ تُبلَّغ به صاحبة البيانات ولا تُسأل.",
        Reason.REFUSED: "قالت صاحبة البيانات لا.",
        Reason.WITHDRAWN: "وافقت صاحبة البيانات ثم سحبت موافقتها.",
        Reason.NOT_ANSWERED: "لم تُجب صاحبة البيانات عن هذا؛ والصمت يعني لا.",
        Reason.DEFERRED: "قالت صاحبة البيانات «ليس الآن»؛ وهذا يعني لا.",
        Reason.EXPIRED: "انتهت مدة موافقتها ولم تُجدَّد.",
        Reason.REQUESTED: "ينتظر هذا جوابًا منها: اتسع معنى الإشعار، أو نقل شخص آخر موافقتها.",
        Reason.SUPERSEDED: "وصلت موافقة أقدم من رفضها؛ والرفض هو القائم.",
        Reason.NOT_LISTED: "لا يذكر الإشعار الساري هذه التركيبة.",
        Reason.UNKNOWN_SUBJECT: "لا يُعرف أحد بهذا، فلم يوافق أحد.",
        Reason.RESTRICTED: "طلبت صاحبة البيانات تقييد استخدام بياناتها.",
        Reason.ERASING: "بياناتها قيد الحذف.",
        Reason.GPC: "يرسل متصفحها إشارة Global Privacy Control، وهي تقول لا لهذا.",
        Reason.BLOCKED: "اختار شخص ما الانسحاب بهذا العنوان أو الرقم.",
        Reason.MINOR: "هي قاصر، والموافقة اللازمة لهذا ناقصة أو غير جائزة.",
        Reason.UNAVAILABLE: "تعذّر الحصول على جواب حالي؛ وهذا يعني لا.",
    },
}  # fmt: skip


def sentences(reason: Reason) -> dict[str, str]:
    """Give the sentence of a reason in every locale we write."""
    return {locale: said[reason] for locale, said in SENTENCES.items()}
