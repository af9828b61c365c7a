"""The demo team's saved replies. None of them gives a dose: that is written for one patient."""

SAVED_REPLIES = {
    "call-now": "I would like to hear how you are. I am calling you now. "
    "If you miss my call, please call {nurse line}.",
    "danger": "This needs help now. Call 911 if you have chest pain or trouble breathing, faint, "
    "or might hurt yourself or someone else. Then tell us at {nurse line}.",
    "driving": "Please do not drive on the day of your dose. "
    "You can drive the next day if you slept well and feel clear.",
    "food-before": "Please eat nothing for 6 hours before your visit on {next visit}. "
    "You can drink water until 2 hours before.",
    "late-reply": "I am sorry you waited. I am here now. How are you at the moment?",
    "rest-today": "Please rest today and keep an adult with you. "
    "Feeling floaty or tired is usual for a few hours.",
    "sick-call": "Since you throw up again and again, I want to talk with you. "
    "Please call {nurse line} now.",
    "sick-sips": "Take one small sip every few minutes. Lie on your side. "
    "Tell me if you throw up again in the next hour.",
    "sleep": "It is common to sleep badly on the first night. "
    "Keep the room dark and quiet. Write to me if it goes on tomorrow.",
    "thank-you": "Thank you for telling us, {patient}. I add it to your record.",
    "visit-change": "Your next visit is {next visit}. If that does not fit, "
    "ask for other times on the Visits page.",
    "visit-day": "We come on {next visit}. Please have an adult with you for the whole visit "
    "and until the next morning.",
    "water-works": "Please drink more water today. Call {nurse line} if passing urine hurts more "
    "or you see blood.",
}
