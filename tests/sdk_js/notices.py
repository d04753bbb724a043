"""The notice of Linen & Loom as the edge hands it to the browser, in three languages."""

from typing import Any

ADS = "ads.browsing.share_ads.brightside"
HEALTH = "care.health.use.self"
PASS_ON = "pass_on.purchases.disclose.brightside"
PERSONALISE = [f"personalise.{what}.use.self" for what in ("purchases", "preferences", "location")]
CHOICES = [*PERSONALISE, PASS_ON, "newsletter.contact.use.self", ADS]
LAYOUT = {
    "personalise": PERSONALISE,
    "pass_on": [PASS_ON],
    "newsletter": ["newsletter.contact.use.self"],
    "ads": [ADS],
}

ENGLISH: dict[str, Any] = {
    "dir": "ltr",
    "texts": {
        "title": "May we? You decide.",
        "body": "Linen & Loom would like to use some of your data. Everything here is optional, nothing is "
        "chosen for you, and the shop works the same whatever you say.",
        "reject": "Reject all",
        "accept": "Accept all",
        "choose": "Choose",
        "save": "Save my choices",
        "back": "Back",
        "reopen": "Your privacy choices",
        "saved": "Saved. Your proof: ",
        "parts": "Choose parts",
        "yes": "Yes",
        "no": "No",
        "mixed": "answered in part",
        "notice": "What we do with your data",
        "withdraw": "You can withdraw any answer at any time.",
        "gpc": "Your browser asks us not to share or sell your data. We obey.",
        "gpc_holds": "Off because of it: {names}.",
        "opt_out": "Stop without an account",
    },
    "purposes": {
        "personalise": (
            "Personalise for me",
            "Suggest things that suit you and your home.",
            "Better suggestions, each with its reasons.",
        ),
        "pass_on": (
            "Pass my purchases to Brightside Ads",
            "They show you adverts for things like these.",
            "",
        ),
        "newsletter": ("Letters by e-mail", "About one a month. Each has a way out.", ""),
        "ads": ("Adverts on other sites", "Brightside Ads sees which pages you look at here.", ""),
    },
    "parts": {
        "purchases": ("your purchases", "used by Linen & Loom, kept 24 months"),
        "preferences": ("your preferences", "used by Linen & Loom, kept 24 months"),
        "location": ("your postcode", "used by Linen & Loom, kept 12 months"),
        "contact": ("your e-mail address", "used by Linen & Loom until you stop them"),
        "browsing": ("the pages you look at", "shared with Brightside Ads, Dublin, kept 6 months"),
        "health": ("your allergies", "used by Linen & Loom, kept 12 months"),
    },
}

CHINESE: dict[str, Any] = {
    "dir": "ltr",
    "texts": {
        "title": "可以嗎？由你決定。",
        "body": "Linen & Loom 想使用你的部分資料。以下各項都可自由選擇，我們不會替你預先選取，"
        "無論你如何回答，商店都一樣好用。",
        "reject": "全部拒絕",
        "accept": "全部接受",
        "choose": "逐項選擇",
        "save": "儲存我的選擇",
        "back": "返回",
        "reopen": "你的隱私選擇",
        "saved": "已儲存。你的憑證：",
        "parts": "分項選擇",
        "yes": "可以",
        "no": "不可以",
        "mixed": "部分已回答",
        "notice": "我們如何使用你的資料",
        "withdraw": "每一個回答都可以隨時撤回。",
        "gpc": "你的瀏覽器要求我們不分享、不出售你的資料，我們照辦。",
    },
    "purposes": {
        "personalise": ("為我個人化", "推薦適合你和你的家的物品。", "更合心意的推薦，並逐一說明理由。"),
        "pass_on": ("把我的購物紀錄交給 Brightside Ads", "他們會向你展示類似物品的廣告。", ""),
        "newsletter": ("電郵通訊", "每月約一封，每封都可退訂。", ""),
        "ads": ("其他網站上的廣告", "Brightside Ads 會看到你在這裡瀏覽哪些頁面。", ""),
    },
    "parts": {
        "purchases": ("你的購物紀錄", "由 Linen & Loom 使用，保存 24 個月"),
        "preferences": ("你的喜好", "由 Linen & Loom 使用，保存 24 個月"),
        "location": ("你的郵遞區號", "由 Linen & Loom 使用，保存 12 個月"),
        "contact": ("你的電郵地址", "由 Linen & Loom 使用，直至你叫停"),
        "browsing": ("你瀏覽的頁面", "與都柏林的 Brightside Ads 分享，保存 6 個月"),
        "health": ("你的過敏資料", "由 Linen & Loom 使用，保存 12 個月"),
    },
}

ARABIC: dict[str, Any] = {
    "dir": "rtl",
    "texts": {
        "title": "هل تسمح لنا؟ القرار لك.",
        "body": "نود استخدام بعض بياناتك. كل ما هنا اختياري، ولم نختر شيئًا نيابة عنك.",
        "reject": "رفض الكل",
        "accept": "قبول الكل",
        "choose": "اختيار",
        "save": "حفظ اختياراتي",
        "back": "رجوع",
        "reopen": "خيارات خصوصيتك",
        "saved": "تم الحفظ. إثباتك: ",
        "parts": "اختيار الأجزاء",
        "yes": "نعم",
        "no": "لا",
        "mixed": "أُجيب جزئيًا",
        "notice": "ماذا نفعل ببياناتك",
        "withdraw": "يمكنك سحب أي إجابة في أي وقت.",
        "gpc": "يطلب متصفحك ألا نشارك بياناتك أو نبيعها، ونحن نلتزم.",
    },
    "purposes": {
        "personalise": ("التخصيص لي", "اقتراح ما يناسبك ويناسب بيتك.", "اقتراحات أفضل مع أسبابها."),
        "pass_on": ("تمرير مشترياتي إلى Brightside Ads", "يعرضون عليك إعلانات لأشياء مشابهة.", ""),
        "newsletter": ("رسائل بالبريد الإلكتروني", "رسالة في الشهر تقريبًا.", ""),
        "ads": ("إعلانات على مواقع أخرى", "ترى Brightside Ads الصفحات التي تزورها هنا.", ""),
    },
    "parts": {
        "purchases": ("مشترياتك", "تُحفظ 24 شهرًا"),
        "preferences": ("تفضيلاتك", "تُحفظ 24 شهرًا"),
        "location": ("رمزك البريدي", "يُحفظ 12 شهرًا"),
        "contact": ("بريدك الإلكتروني", "حتى توقفها"),
        "browsing": ("الصفحات التي تزورها", "تُشارك مع Brightside Ads"),
        "health": ("حساسيتك", "تُحفظ 12 شهرًا"),
    },
}
LANGUAGES = {"en": ENGLISH, "zh-Hant": CHINESE, "ar": ARABIC}


def banner(locale: str = "en") -> dict[str, Any]:
    """Give the edge's answer to a first visit in one language."""
    words = LANGUAGES[locale]

    def part(choice: str) -> dict[str, str]:
        title, text = words["parts"][choice.split(".")[1]]
        return {"choice": choice, "title": title, "text": text}

    def purpose(name: str, choices: list[str]) -> dict[str, Any]:
        title, text, benefit = words["purposes"][name]
        return {
            "id": name,
            "title": title,
            "text": text,
            "benefit": benefit,
            "advertising": "cross_context" if name == "ads" else "none",
            "explicit": False,
            "parts": [part(choice) for choice in choices],
        }

    return {
        "site": "shop",
        "brand": "linen-and-loom",
        "version": "sha256:" + "a" * 64,
        "locale": locale,
        "dir": words["dir"],
        "layout": "banner-1",
        "text_hash": "sha256:" + "b" * 64,
        "texts": dict(words["texts"]),
        "purposes": [purpose(name, choices) for name, choices in LAYOUT.items()],
        "scripts": {},
        "standing": None,
        "links": {
            "notice": "/notice/" + "a" * 64,
            "choices": "/centre/choices",
            "opt_out": "/privacy-choices",
        },
    }


def sensitive() -> dict[str, Any]:
    """Give one purpose that needs a statement of its own (GDPR art. 9(2)(a))."""
    title, text = ENGLISH["parts"]["health"]
    return {
        "id": "care",
        "title": "Avoid what I am allergic to",
        "text": "",
        "benefit": "",
        "advertising": "none",
        "explicit": True,
        "parts": [{"choice": HEALTH, "title": title, "text": text}],
    }
