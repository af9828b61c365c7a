"""Words that say that it is over, was long ago, or was before the treatment. Read in plain text."""

import re

from portal.symptoms.cues import phrases

_MEDICINE = (
    r"(?:this|it|that|these|them|treatment|ketamine|zoloft|lexapro|effexor|cymbalta|prozac|paxil|"
    r"celexa|wellbutrin|pristiq|trintellix|buspar|sertraline|escitalopram|venlafaxine|duloxetine|"
    r"citalopram|fluoxetine|paroxetine|ketamina|(?:the|my|these|any|esta|la|mi|el) (?:meds?|"
    r"medications?|medicines?|pills?|drugs?|antidepressants?|treatment|infusions?|pastillas?|"
    r"medicina|tratamiento)|meds|medication|medicine)"
)
# `Paxil gave me fog, this one does not.`
_NOT_THIS = (
    rf"(?:(?:this|these) (?:one|med|drug|pill)s?|{_MEDICINE}) (?:doesnt|dont|didnt|hasnt|havent|"
    r"never|does not)(?= ?(?:$|[.,!]| so far| at all| yet))"
)
OVER = phrases(
    r"(?:went|gone|going|goes) away",
    r"(?:is|are|was|has|have|just|all|now|its|were|been|completely|totally|since) (?:\w+ ){0,3}"
    r"(?:gone|over|passed|stopped|disappeared|dissappeared|vanished|lifted|cleared|resolved|"
    r"subsided|faded|eased off)",
    r"(?:it|they|that|which|all|these|those|fog|nausea|anxiety|panic|confusion|feeling|symptoms?|"
    r"infusion \d|and|then|but) (?:\w+ ){0,2}(?:lifted|passed|stopped|cleared|disappeared|vanished|"
    r"resolved|subsided|faded|wore off|settled|let up)(?! (?:if|out|me))",
    r"(?:clear|cleared|clearing|eased|settled) (?:right )?(?:up|off|down)",
    r"(?:passed|gone|over|stopped|lifted|subsided|fine|faded|disappeared|vanished|cleared|ok|okay|"
    r"resolved|improved|wore off|settled)"
    r" (?:\w+ )?(?:after|within|by|in|the next) (?:\w+ ){0,4}(?:day|days|week|weeks|hours?|minutes|"
    r"month|months|nap|morning|lunch|sleep|while|noon|evening)",
    r"has passed|have passed|gone since|gone (?:now|today|by)|(?:now|all) gone|"
    r"disappeared|subsided|dissipated|(?<!lozenge )(?<!dose )(?<!infusion )(?<!ketamine )wore off",
    r"felt better|(?:all )?(?:good|fine|ok|okay|calm) (?:after|afterwards|once|by the time)",
    r"(?:am|im|is|hes|shes|was|were|its|now|feel|are) (?:\w+ ){0,3}back to (?:normal|myself|usual)",
    r"back to normal",
    r"(?:is|are|now|just|but) (?:just )?(?:a (?:distant |faded |bad )?memory|a thing of the past|"
    r"history)",
    r"(?:but |and )?not any ?more|(?:but|and) (?:not|none) now",
    _NOT_THIS,
    r"(?:now )?(?:im|i am|now) (?:now |finally |completely )?(?:free|clear|rid|clean) (?:of|from)",
    r"(?:fine|better|good|ok|okay|great|well|normal|all right|alright) now(?! that| when| if)",
    r"(?:got|made it|came) (?:through|past|out of) (?:it|them|that|the (?:worst|withdrawals?))",
    r"(?:and )?(?:then|now|but now) (?:it |i |im |i am |its |hes |shes |was |is |were ){0,2}"
    r"(?:fine|ok|okay|good|gone|clear|better|all good)",
    r"ya (?:se (?:me |le )?(?:paso|pasaron|fue|fueron|quito|quitaron)|paso|estoy bien)|"
    r"ya no (?:(?:lo|la|los|las|me|se|le) )?(?:teng|tien|sient|est|hay|da|duel|pasa|"
    r"ocurr)\w*|ya no$",
    r"(?:it|they|that|which|and|all|both|then|but) (?:\w+ ){0,3}(?:melted|evaporated|went away|"
    r"sorted itself|settled|dissolved)|(?:now|then) (?:nothing|none|nada)|"
    r"none since|nothing since|not once since|no (?:ha|han) vuelto|fixed (?:it|that|them)|"
    r"(?:hasnt|havent|never|not|didnt) (?:come|been|had it|been) back",
    r"se (?:me|le) (?:paso|pasaron|fue|fueron|quito|quitaron|ha pasado|han pasado)|"
    r"desaparecio|desaparecieron|ahora (?:ya )?no|luego (?:paso|nada|se)|hasnt been back",
    r"not this time|havent had (?:it|any|one|them) since",
)
# Said at once after it: `slurring stopped when I took less`, `fog finally lifted`.
ENDED = re.compile(
    r"(?: (?:attacks?|speech|feelings?|symptoms?|thing|spells?|episodes?|has|have|had|is|are|it|"
    r"all|"
    r"finally|eventually|soon|just|quickly|gradually|slowly|completely|pretty much|mostly|that|"
    r"which|i had|i got|then|tambien|se me|se|ya)){0,5} (?:stopped|lifted|cleared|faded|"
    r"passed|subsided|disappeared|dissappeared|vanished|resolved|ended|quit|ceased|went away|"
    r"wore off|desaparecio|desaparecieron)\b(?! (?:me|my|him|her|us|working|out|taking|eating))"
)
# `nausea the first three days only`, `only in the first week`.
ONLY_AT_FIRST = re.compile(
    r"\b(?:only|just|solo|solamente) (?:for |during |in |on |at |lasted |happened |the |my |about |"
    r"durante |en |la |las |los |el |al )*(?:first|1st|initial|beginning|start|primer\w*|principio|"
    r"comienzo)\b(?! (?:one|dose|pill|lozenge|half|thing|time))|\b(?:first|1st|primer\w*|initial)"
    r" (?:\w+ ){1,3}(?:only|solamente|nada mas)\b|\b(?:only|just) (?:initially|briefly)\b"
)
WENT_AWAY = re.compile(
    r"\(?(?:(?:(?:at|by|after|within|on|then|and|now|once|but) (?:[\w']+ ){0,5}?)?"
    r"(?:all|both|they|it|these|which|everything|that) (?:of (?:it|them) )?(?:has |have |is |"
    r"are )?"
    r"(?:all |just |now )?(?:went|gone|passed|disappeared|stopped|subsided|cleared|faded)"
    r"|gone|all gone|better now|fine now)\b"
)
# `... but that was years ago`: said after it, and of all that was said.
LONG_AGO = re.compile(
    r"\b(?:that|this|it|all that|which|both|they|those)(?:s| was| were| is)(?: all| way)?"
    r"(?: like| about| around| over| at least| some| a)?(?: \w+)? (?:years?|months?|decades?|ages)"
    r"\b(?! (?:old|now|and counting|already))"
    r"|\b(?:that|this|it|all that|which) was (?:\w+ )?(?:last (?:year|month|summer|winter|spring|"
    r"autumn|fall|time)|back (?:in|on|then|when)|long ago|before|in my|on (?:the )?(?:old|other|"
    r"another|a different)|with (?:the )?(?:old|other|another|a different))"
    r"|\b(?:years|decades|ages) (?:back|ago)\b|\ball behind me\b"
    r"|\b(?:in|back in|of|until|till) (?:19[5-9]\d|200\d|201\d|202[0-4])\b(?! (?:and|"
    r"until) now)"
    r"|\b(?:never (?:again|since|repeated)|been (?:fine|"
    r"well|clear|right|free of it|good) (?:ever )?since|gone for good|left for good|its history|"
    r"a thing of the past)\b"
    r"|\beso fue (?:hace|el ano|antes)"
)
# `... and fine ever since`: over, also for what happened once.
FINE_SINCE = re.compile(
    r"\b(?:fine|well|ok|okay|perfect|perfectly fine|good|great|smooth|right|normal|clear|grand|"
    r"no (?:trouble|problems?|issues?|side effects?)|never (?:felt|been|was) (?:ill|sick) again)"
    r"(?: \w+)? (?:ever )?since\b(?! (?:yesterday|this|i|last))|"
    r"\bever since[ ,]+(?:\w+ ){0,3}(?:fine|well|perfect|good|no)\b|\bnever felt (?:ill|"
    r"sick) again\b|\bdesde entonces (?:nada|bien|todo)"
)
NOT_THIS_TIME = re.compile(
    r"\bnot (?:this time|today|yet|this week)\b|hasnt been back|\b(?:today|this time|hoy|esta vez)"
    rf"[ ,]*(?:nothing|none|no|nada|not|fine|all fine)\b|\b{_NOT_THIS}"
)
# `I was a worrier, now I do not sweat the small stuff`.
WAS = re.compile(
    r"\b(?:was|were|used to be|had been|era|estaba)\b(?! \w* ?(?:not|never|no)\b)[^.!?|]*$"
)
BUT_NOW = re.compile(
    r"[^.!?]*?\b(?:now|today|these days|ahora)[, ]+(?:(?:i|im|i am|ive|my|it|its|hes|shes|he|she|"
    r"is|am|"
    r"feel|ya|me|estoy|just|much|so|very|all|as) )*(?:dont|doesnt|do not|no longer|not|never|"
    r"nothing|no|calm\w*|fine|good|great|better|happy|laid|relaxed|rarely|hardly|bien|"
    r"tranquil\w*)\b"
    r"(?! (?:sure|even|only|just|better|sleep|eat|stop|good))"
)
# Of thoughts of suicide: `I was suicidal when I started it and now I am happy`.
NOW_WELL = re.compile(
    r"\bnow\b[^.!?]{0,30}\b(?:happy|fine|good|great|better|well|normal|love|stable|glad|alive|bien|"
    r"feliz)\b|\bnow (?:im|i am) not\b|\b(?:saved (?:me|my life)|(?:pulled|brought) me (?:back|"
    r"out)|"
    r"kept me alive|me salvo)\b"
)
STILL = phrases(
    "still", "(?<!happen )(?<!never )(?<!happening )(?<!pasar )again", "came back",
    "(?<!hasnt )(?<!havent )(?<!never )(?<!didnt )(?<!not )come back",
    "comes back", "coming back", "is back", "returned",
    r"ongoing", r"constant\w*", "worse", "hanging around", "wont go", "not gone",
    "(?:hasnt|havent) (?!been back|come back|returned|had)",
    r"(?:thought|hoped|expected) \w+ (?:would|d) be (?:gone|over|better)", "keeps?",
    "never (?:went|goes|stopped|left|lifted|cleared|passed|improved|ended)",
    "not (?:going|gone)", "todavia", "sigo", "sigue",
    "aun", "otra vez", "volvio", "volvieron",
)  # fmt: skip
_BEFORE_MEDICINE = (
    rf"(?:before|prior to|until|till|antes de|hasta que) (?:(?:i |me |ever )?(?:started|start|"
    rf"starting|took|taking|"
    rf"went on|going on|got on|getting on|being on|was on|tried|trying|found|discovered|empezar|"
    rf"tomar|empece|con) )?"
    rf"{_MEDICINE}\b"
)
# `Before Lexapro I worried`, `I worried about everything before this pill`.
BEFORE_MEDICINE = re.compile(
    rf"^\W*(?:(?:and|but|because|all i know is|y|pero)\W+)?{_BEFORE_MEDICINE}"
)
SAID_BEFORE_MEDICINE = re.compile(
    rf"(?: [\w']+){{0,6}}? {_BEFORE_MEDICINE}(?= ?(?:$|[.,!;]| and| but))"
    r"|(?: (?!than\b)\w+)? before(?= ?(?:$|[.,!;]| that i| and | but ))"
)
NOT_BEFORE = re.compile(
    r"\b(?:never|nor|no|not|dont|didnt|hadnt|wasnt|werent|than|nunca|worse|new|more|rarely|it "
    r"was|like|seldom)\b"
)
HISTORY = phrases(
    r"before i (?:got|found|sought|had|went for|asked for) (?:any )?(?:help|treatment|this)",
    r"before (?:i was|i got|being|getting) (?:ever |first |finally )?(?:diagnosed|treated|"
    r"prescribed|"
    r"medicated|put on)",
    "years? ago", "months? ago", "yrs ago", "years back", "before:", "beforehand",
    r"(?:in|back in|until) (?:19[5-9]\d|200\d|201\d|202[0-4])",
    "on (?:the|my) old (?:dose|med|meds|pills)",
    r"(?:my|the) old (?:med|meds|pill|pills|drug|antipsychotic|antidepressant|dose)", "old med",
    "(?<!the )(?<!this )(?<!past )(?<!from )last (?:month|year|summer|winter|spring|fall|time)",
    "back in",
    r"as a (?:child|kid|teen\w*|baby)", "since (?:college|childhood|high school|school|birth)",
    "since i was", "in (?:college|high school|my (?:teens|twenties|thirties|youth))",
    "(?<!never )(?<!gets )(?<!get )(?<!got )(?<!getting )(?<!not )(?<!than i )(?<!than it )"
    "(?<!like i )(?<!like it )(?<!as i )(?<!what i )(?<!what it )(?<!didnt )(?<!be )(?<!am )"
    "(?<!im )(?<!becomes )(?<!is )(?<!was )(?<!where i )used to"
    r"(?! (?:be|have|feel) (?:\w+ )?(?:sharp|smart|good|able|quick|great|photographic|fine|"
    r"normal|happy|"
    r"calm|perfect|strong|clear|fluent|funny|the)\b| (?:remember|know|love|enjoy|read|run|think|"
    r"handle)\b)",
    "history of", "in the past", r"previous(?:ly)? (?:pregnancy|infusion|time|medication|drug|med)",
    r"when i was (?:young|younger|little|pregnant|a kid|a child|a teen\w*|\d+|on \w+)",
    "(?:first|second|third) pregnancy",
    "(?<!than )(?<!never )before (?:the |my |i )?"
    "(?:treatment|infusions?|ketamine|started|starting|program|began|meds)",
    r"(?:during|at|with|in|had after|unlike) (?:my|the) (?:very )?"
    r"(?:first|second|third|last|previous) (?:infusion|session|treatment|time|visit|one|dose)",
    r"like (?:the first|last) time", "all my life", "(?:thats )?why im in",
    "lifelong", "when i had", "on & off (?:for|many)",
    r"(?:switched|changed|moved|swapped)(?: me)?(?: over)? to this", "unlike on",
    r"unlike (?:the |my )?\w+,? (?:which|where|i|that)",
    r"so (?:my|the|i|we|they) (?:\w+ )?(?:switched|changed|moved) (?:me|to|from)",
    r"tried (?:\w+ ){1,2}at one point", "hace (?:anos|meses|un ano|mucho)", "de nin[oa]",
    "de pequen[oa]", "antes (?:del?|de la|de los)", "el ano pasado", "el mes pasado",
    "la (?:vez|semana) pasada", "la ultima vez", "solia", "de joven",
)  # fmt: skip
