"""Words around a mention that turn its meaning. They are read in plain text: no accents, `cant`."""

import re


def _phrases(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})\b")


SENTENCE_END = re.compile(r"(?<!\b[a-z])[.!?\n]+(?=\s|$)|;|\n| [-*] ")

TURN = re.compile(
    r"\b(?:but|though|tho|although|however|except|yet|still|instead|then|because|cuz|since then|"
    r"pero|aunque|sino|todavia|aun|solo|just|only)\b|[()]| - "
)
NEW_TIME = re.compile(
    r"\b(?:but|though|although|however|now|nowadays|today|tonight|lately|this (?:time|week|"
    r"morning)|"
    r"pero|aunque|ahora|hoy|esta vez|ultimamente)\b|[()]| - "
)
# `... but my headache is gone` is no longer about the mention.
HEARD_AFTER = re.compile(
    r" (?:\w+ ){0,2}?(?:i|ive|that i) (?:heard|read|keep reading|keep hearing)\b"
)
ANOTHER_THING = re.compile(r" (?:the|my|his|her|mi|el|la|las|los) \w+")

# Denials

DENIAL = re.compile(
    r"\b(?:no (?:(?:me|se|lo|la|le) )?(?:he|ha|hemos|han|tengo|tiene|tenia|estoy|esta|estaba|"
    r"siento|hay|tuve|tuvo|hubo|noto|habia)|nor (?:do|am|did|was) i|"
    r"no|not|never|without|zero|denie[sd]|denying|nor|neither|none|nope|nothing|no more|"
    r"no longer|cannot|hardly any|barely any|little to no|free of|free from|lack of|absence of|"
    r"cero|sin|nunca|jamas|nada de|ni|tampoco|ningun|ninguna|ninguno|deje de|dejo de|niega|"
    r"dont|doesnt|didnt|isnt|arent|wasnt|werent|havent|hasnt|hadnt|wont|cant|couldnt|wouldnt|"
    r"aint)\b|\bw/o\b"
)
# They hold a denial and deny nothing about what follows.
NO_DENIAL = re.compile(
    r"\b(?:cant|cannot|couldnt|could not|can not|wont|will not|wouldnt|doesnt|does not|havent|"
    r"hasnt|didnt|not|never|dont|do not)"
    r" (?:seem to |really |been able to |even |want to )?"
    r"(?:stop(?:ped|s)?|quit|help|shake|get rid|go|gone|going|control|handle|stand|take|tell|"
    r"imagine|wait|wish|know|understand|explain|believe|want|like|function|drive|work|sleep|"
    r"sleeping|slept|eat|eating|breathe|move|concentrate|focus|leave|get (?:over|through|out|up)|"
    r"let up|improve|improving|fully|recommend|start|sit|better|cope|see|care|look|talk|speak|"
    r"left|due|until|made)\b"
    r"|\b(?:cant|cannot|couldnt|can not) (?:\w+ )?think\b"
    r"|\bnot (?:just|only|sure|long|even|too|gonna lie|going to lie|so|well|good|better|great|"
    r"ok|okay|fun|fine|pleasant|worth|as|doing|helping|helped|working|right|myself|nice|coping)\b"
    r"|\bno (?:doubt|idea|matter|wonder|relief|help|success|sleep|energy|libido|appetite|sex|"
    r"emotions?|motivation|joke|way|one|clue|lo|desire|interest|orgasms?|luck|pain relief|"
    r"concentration|drive|sense|apparent reason|reason|ability|patience|puedo|puede|dejo|deja|"
    r"paro|para|duermo|he dormido|se|aguanto)\b"
    r"|\bnothing (?:but|like|helps|works|i|makes|seems)\b|\bni siquiera\b|\bno (?:he|ha|"
    r"han) (?:parado|dejado)\b|\bsin (?:dormir|parar)\b"
)
AND_MY = re.compile(r"\b(?:and|y) (?:my|his|her|mi|su)\b")
NEVER = _phrases("never", "hadnt", "nunca")
UNTIL_NOW = re.compile(
    r"(?: [\w']+){0,5}? (?:until|till|before|like this|so bad|this bad|previously|in my life|"
    r"as bad|as much|hasta|antes|asi)\b(?! ?(?:treatment|and i still))"
)
DENIED_AFTER = re.compile(
    r" (?:and|but) (?:i )?(?:got|had|felt) (?:neither|none)\b|"
    r" (?:i |we |he |she )?(?:was |were )?(?:expecting|expected|feared|dreaded|promised)? ?"
    r"(?:never|didnt) (?:showed|show|came|come|happened|happen|arrived|turned) ?(?:up)?\b|"
    r" ?(?:[:=]|- )-? ?(?:none|no|nope|nil|zero|0|not at all|absent|nada|ningun[oa]?)\b(?! \w+ing)"
    r"|\? ?(?:none|no|nope|nil|nah|not at all|nada)\b|,? not at all\b|,? (?:nada|para nada)[.!,]"
    r"| ?\((?:none|no|0)\)|\? ?(?:gone|never|zero|nunca)\b"
)
OPINION = re.compile(
    r"\b(?:think|thinking|feel|feeling|believe|say|notice[d]?)"
    r"(?: that| like)?(?: (?:i|im|ive|he|hes|she|shes))?\b"
)
NEW_SUBJECT = _phrases(
    "i", "im", "ive", "he", "hes", "she", "shes", "my", "his", "now", "it", "its", "am", "estoy",
    "tengo", "me", "siento", "mi", "when", "cuando",
)  # fmt: skip
LIST = re.compile(r",|\b(?:and|y)\b")
# `do not stop suddenly, the shocks ...` denies no shocks.
STOPPING = re.compile(r"(?:stop|quit|wean|taper|come|get|go) ")
OWN_LIFE = re.compile(r"myself|suicid|\bdie\b|kill|\blife\b|something|matarme|dano|morir|vida")
BEFORE_IT = re.compile(r"(?: \w+){0,2}? before\b(?! (?:last|dinner|bed))")
ACUTE = re.compile(
    r"breath|respir|wak(?:e|ing)|blue|azul|morad|unconsc|unrespons|respond|answer|collaps|chok|"
    r"swallow|"
    r"seiz|faint|pass\w* out|desma|convuls|desp[ie]ert|responde|inconsc|ate|eat|took|taken|blood|"
    r"sangre|"
    r"aire|limp|floppy"
)
OR = _phrases("or", "nor", "ni", "neither")
OR_FOLLOWS = re.compile(r"(?:,? ?[\w'-]+(?: [\w'-]+)?,?){0,3}? (?:or|nor|ni) ")
LIST_WORDS = frozenset({"any", "no", "the", "de", "nada", "sin", "y", "o", "of"})

# Over, or long ago

OVER = _phrases(
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
    r"[ ,]*(?:nothing|none|no|nada|not|fine|all fine)\b"
)
STILL = _phrases(
    "still", "again", "came back",
    "(?<!hasnt )(?<!havent )(?<!never )(?<!didnt )(?<!not )come back",
    "comes back", "coming back", "is back", "returned",
    r"ongoing", r"constant\w*", "worse", "hanging around", "wont go", "not gone",
    "(?:hasnt|havent) (?!been back|come back|returned|had)",
    r"(?:thought|hoped|expected) \w+ (?:would|d) be (?:gone|over|better)", "keeps?",
    "never (?:went|goes|stopped|left|lifted|cleared|passed|improved|ended)",
    "not (?:going|gone)", "todavia", "sigo", "sigue",
    "aun", "otra vez", "volvio", "volvieron",
)  # fmt: skip
HISTORY = _phrases(
    "years? ago", "months? ago", "yrs ago", "years back", "before:", "beforehand",
    r"(?:in|back in|until) (?:19[5-9]\d|200\d|201\d|202[0-4])",
    "on (?:the|my) old (?:dose|med|meds|pills)",
    r"(?:my|the) old (?:med|meds|pill|pills|drug|antipsychotic|antidepressant|dose)", "old med",
    "(?<!the )(?<!this )(?<!past )(?<!from )last (?:month|year|summer|winter|spring|fall|time)",
    "back in",
    r"as a (?:child|kid|teen\w*|baby)", "since (?:college|childhood|high school|school|birth)",
    "since i was", "in (?:college|high school|my (?:teens|twenties|thirties|youth))", "used to",
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

# Somebody else, or nobody

_FRIENDS = (
    r"(?:(?:pet )?sitter|colleagues?|toddler|son|sons|daughters?|kids?|baby|babys|boss|"
    r"moms?|mums?|mothers?|dads?|fathers?|"
    r"brothers?|sisters?|friends?|neighbou?rs?|coworkers?|colleagues?|cats?|dogs?|grandpas?|"
    r"grandmas?|"
    r"lodgers?|tenants?|(?:brother|sister|mother|father|son|daughter)s?[- ]in[- ]laws?|"
    r"grandads?|granddad|granny|stepson|stepdaughter|grandmothers?|grandfathers?|grandson|"
    r"granddaughter|uncles?|aunts?|aunty|cousins?|roommates?|"
    r"flatmates?|teachers?|child|children|nephews?|nieces?|pupp(?:y|ies)|besties?|"
    r"landlords?|managers?|"
    r"ex|in-laws?|mates|printer|telly|"
    r"hij[oa]s?|madre|padre|mama|papa|herman[oa]s?|amig[oa]s?|jef[ae]|vecin[oa]s?|perr[oa]|"
    r"gat[oa]|abuel[oa]s?|ti[oa]|prim[oa]s?|suegr[oa]|niet[oa]s?|sobrin[oa]|bebe|nin[oa]s?)"
)
SOMEBODY_ELSE = re.compile(
    rf"\b(?P<who>(?:my|our|his|her|the|a|mi|su|mis|el|la|un|"
    rf"una) (?:(?!and\b)\w+ ){{0,2}}?{_FRIENDS}"
    r"(?! (?:and|y|or) (?:i|me|yo)\b)"
    r"|(?:brother|sister|mother|father|son|daughter)[- ]in[- ]law"
    r"|grandpas?|grandmas?|grandad|granddad|granny|(?P<people>(?:most|some|many|other|all|"
    r"several|the other|lots of) "
    r"(?:people|patients|others|users|folks|of you)|people (?:who|say|talk|complain|report|with|"
    r"get|keep)|others|they say|everyone|everybody|(?<!like )(?<!if )(?:someone|somebody)|anyone|"
    r"anybody|la gente|"
    r"alguien|otros|dicen que|(?:mucha|alguna) gente))"
    r"(?: [\w']+){0,8}? ?$"
)
SELF_AGAIN = re.compile(
    rf"\b(?:i|im|ive|me|my|he|she|hes|shes|yo|estoy|tengo|me|mi)\b(?! (?:\w+ )?{_FRIENDS})"
    r"(?<!^my)(?<!^mi)(?<!^he)"
)
COMPANION = re.compile(
    r"\b(?:here|typing|writing|posting|texting|asking) (?:this )?(?:for|on (?:his|her|their|my|"
    r"the)? ?"
    r"(?:\w+ )?behalf)|(?:his|her) (?:infusion|lozenge|dose|session|drip|shot|treatment)\b"
    r"|(?:coming|came|got|back|brought \w+) (?:home )?from (?:you|yours|the clinic|the infusion)\b"
    r"|since the (?:infusion|shot|lozenge|drip|dose|session)|\bescribo (?:yo )?por|"
    r"\ben nombre de|\bsu (?:infusion|dosis|sesion|pastilla)|\b(?:desde|despues de) la (?:infusion|"
    r"sesion|dosis)|^\W*(?:\w+ ){0,3}(?:here|writing|speaking)\b|\bthis is (?:his|her|\w+s) "
    r"(?:mum|mom|mother|dad|father|wife|husband|partner|son|daughter|sister|brother|carer)"
)
SOMEONE = re.compile(
    r"\b(?:he|she|hes|shes|they|wife|husband|partner|mum|mom|dad|mother|father|son|daughter|"
    r"esposo|esposa|mama|papa)\b"
)
TRIED_ANOTHER = re.compile(
    r"\btried (?:\w+ ){1,2}(?:at one point|once|before|first|years ago|in the past)\b"
)
MORE_THAN_ME = re.compile(
    r"^(?:[^.!?]{0,40})? than (?:i am|im|i was|me|i do|i feel|yo)\b|^ mas que yo\b"
)
SAYS = re.compile(
    r"\b(?:says?|said|thinks?|told|noticed|notices|tells|dice|dicen|cree|asked|asks|pointed|heard|"
    r"watching|saw)\b"
)
HEARSAY = re.compile(
    r"\b(?:(?:was|were|been|im) told (?:it|that|this)|told (?:me )?to expect|everyone says|"
    r"leaflet|brochure|label|i hear|website|search for|search|"
    r"read(?:ing)? (?:\w+ ){0,3}?(?:about|"
    r"that|on|of)|heard|"
    r"lists?|warn(?:s|ed|ing)|talks? about|watch(?:ed|ing)? (?:a|the)|movie|song|"
    r"book|film|documentary|article|get(?:ting|s)? (?:people|someone|somebody)|not addictive|"
    r"folleto|prospecto|lei|articulo|"
    r"pelicula|stories)\b(?: \S+){0,9} ?$"
)
FEARED = re.compile(
    r"\b(?:worried|afraid|scared|fear\w*|terrified|anxious|expect\w*|thought|hoping|leery|leary|"
    r"wondered|nervous|miedo|temia)"
    r" (?:that |of |about |it |to |a |de |que |the |having |going through )*"
    r"(?:(?:he|she|they)(?:'d|'ll| might| could| may| would| will)|"
    r"i'd|i would|i might|i'll|i could|id|it would|it might|getting|becoming|to be|be|of|about|"
    r"the|going|having|de|a|que)(?: (?!i\b|im\b)\w+){0,5} ?$"
)
AVOIDED = re.compile(
    r"\b(?:avoid\w*|prevent\w*|in case|risk of|(?<!think i )might (?:cause|get|be|feel)|"
    r"(?:could|may|can|would) "
    r"cause|instead of|wouldnt have to|dont want (?:all )?(?:those|the|to|any)|"
    r"(?:due|thanks) to (?:the )?lack of|opposite of|safe from|for fear of|against|"
    r"evitar|prevenir|por si|para no|puede (?:causar|dar))(?: [\w']+){0,5} ?$"
)

# Anxiety that is treated

EASED_BEFORE = re.compile(
    r"\b(?:help(?:s|ed|ing|ful)?|treat(?:s|ed|ing|ment)?|lower(?:s|ed|ing)?|decreas\w+|"
    r"reduc(?:es|ed|ing|tion|e)|reliev\w+|relief|eas(?:es|ed|ing)|cur(?:es|ed|ing|e)|"
    r"control(?:s|led|ling)?|wonders|improv\w+|lessen\w*|effective\w*|less|rid of|great for|"
    r"good for|good with|works? (?:for|on|with|great for|well for)|worked (?:\w+ )?(?:for|on|with)|"
    r"calms?|calmed|manag(?:es|ed|ing|e)|combat\w*|(?:medicine|meds?) for|took away|"
    r"took the edge off|takes the edge off|takes away|"
    r"take away|taken away|sav(?:es|ed) me|eliminat\w+|cleared|stopped|stops|keeps? my|kept my|"
    r"alleviat\w+|diminish\w*|remov\w+|kill(?:s|ed)|free from|freed|recover\w*|overcome|overcame|"
    r"dealing with|deal with|cope with|coping with|handle|subdu\w+|no longer|blessing for|"
    r"miracle for|lifesaver for|"
    r"ayud(?:a|o|ado|ando|aron)|quit(?:a|o|ado)|alivi(?:a|o|ado)|calm(?:a|o|ado)|mejor(?:o|a|ado)|"
    r"control(?:a|o|ado)|baj(?:o|ado|a)|menos|redujo|reduce)"
    r"(?: (?!and\b|but\b|y\b)[\w']+){0,6}(?: and| &| y|/)? ?$"
)
CONDITION = re.compile(
    r"\b(?:for|(?:start\w*|takes?|took|taking|put on|prescribed|went on) (?:\w+ ){1,4}because of|"
    r"due to|para|contra|treat|suffer(?:ed|ing|er)? (?:from|"
    r"with)? ?(?:severe |chronic )?(?:\w+ )?"
    r"(?:for|since))(?: (?:my|the|your|his|her|their|social|severe|bad|chronic|general\w*|mild|"
    r"major|some|depression|depresssion|ptsd|ocd|adhd|panic|anxiety|stress|insomnia|sleep|mood|"
    r"situational|crippling|extreme|and|or|&|la|el|mi|depresion|y|disorder|severe|postpartum)"
    r"[/,]?){0,6}[ /]?$"
    r"|\b(?:(?:have|had|ive|has|id|always) (?:\w+ )?(?:suffered|struggled|battled|dealt|lived)|"
    r"always had|diagnosed|"
    r"suffer(?:er|ed) (?:from|with|of)|struggled with|battled)(?: (?!increas|worse)\w+){0,4} ?$"
    r"|\b(?:long-?term|lifelong|prescribed (?:\w+ ){0,3}for|history of)(?: \w+){0,3} ?$"
)
WORSENED = re.compile(
    r"\b(?:increas\w+|worse\w*|heighten\w*|magnif\w+|caus\w+|made me|gave me|new|severe|bad|"
    r"more|through the roof|aument\w+|empeor\w+|peor|provoc\w+)(?: \w+){0,2} ?\|"
    r"|\|[ ,]+(?:\w+ ){0,3}(?:worse\w*|increased|got bad|through the roof|skyrocketed|came back|"
    r"returned|peor|aumento|not better)\b"
)
EASED_AFTER = re.compile(
    r"^(?:[ ,]+(?:is|are|was|were|has|have|been|and|depression|levels?|symptoms?|attacks?|me|se|"
    r"ha|esta|went|feels?|es)){0,5}[ ,]+"
    r"(?:much |greatly |so much |way |a lot |lot |noticeably |really |significantly |almost |"
    r"completely |totally |drastically |muy |mucho |bastante |under )*"
    r"(?:improved|improving|better|decreas\w+|reduc\w+|lower\w*|less|control|relieved|"
    r"manageable|lessened|dropp?(?:ed|s|ing)?|fallen|quiet(?:er|ed)?|calm(?:er|ed)?|eased|easing|"
    r"gone|disappeared|away|at bay|down|mejor(?:ado)?|mejorando|"
    r"controlada|menor|diminished|vanished|lifted)\b"
    r"|^[ ,]+(?:went|gone) (?:away|down)\b"
)
NOW_GOOD = re.compile(
    r"^(?:[ ,]+(?:is|are|was|were|has|have|been|seems|esta|es)){1,3}[ ,]+(?:much |so much |"
    r"back to |"
    r"totally |completely |perfectly |very |all |muy )*(?:improved|better|sharp|normal|clear\w*|"
    r"fine|crisp|great|perfect|good|ok|okay|bien|buena|sober)\b"
)
PAPERWORK = re.compile(
    r"\b(?:bill\w*|invoice|charged|insurance|portal|website|web ?page|app|forms?|consent|upload|"
    r"button|login|log in|password|instructions?|leaflet|schedule|scheduling|appointments?|"
    r"(?:session|visit|booking|infusion) (?:at|on)|what time|calendar|e-?mail|directions|traffic|"
    r"gps|parking|factura|cita|horario|aplicacion|formulario|"
    r"instrucciones|time ?zones?|policy|receipt)\b"
)

# Questions and ifs

QUESTION = re.compile(
    r"^\W*(?:(?:and|so|also|hi|hello|hey|just|quick question|question|ok|thanks|doc|y|hola|"
    r"oye)\W+)*"
    r"(?:is|are|was|do|does|did|can|could|would|will|should|shall|may|might|has|have|what if|"
    r"what happens|what should|what do|what|how|when|which|whats|who|"
    r"puedo|puede|pueden|debo|es|que|cuanto|cuando|hay|se puede|como|cual|y si|tiene|tienen)\b"
    r"|\u00bf"
)
# So general that it is a question without its sign, too.
GENERAL_QUESTION = re.compile(
    r"^\W*(?:(?:and|so|also|hi|hello|hey|just|quick question|ok|thanks|doc|hola|pero|y)\W+)*"
    r"(?:do (?:people|patients|most|many|others|the lozenges|they)|does (?:anyone|anybody|ketamine|"
    r"everyone)|can (?:it|this|ketamine|people|you get)|could (?:it|this) (?:cause|make)|"
    r"is it (?:common|usual|possible) (?:for|to)|should (?:i|we) (?:expect|watch|listen|look|be)|"
    r"how (?:likely|common)|what are the (?:odds|chances)|wondering (?:if|whether)|"
    r"(?:would be )?interested to know|asking (?:if|whether)|es (?:comun|posible)|"
    r"le (?:pasa|da) a (?:todos|otros|la gente))\b"
)
# Whoever asks how much would kill is not asking for a fact.
ASKS_FOR_DANGER = re.compile(r"what (?:happens|would)|how (?:many|much)|(?:lethal|fatal|deadly) ")
ABOUT_NOW = re.compile(
    r"\b(?:that|to be|why|because|when|,) (?:i|im|ive|my|he|she|hes|shes|his|her)\b"
    r"|\b(?:im|i am|ive|i have been|"
    r"(?<!will )(?<!do )(?<!would )(?<!if )(?<!can )(?<!should )i (?:feel|keep)|hes|shes|he is|"
    r"she is|he has been|"
    r"she has been|still|again|since|doesnt|cant|keeps|this (?:sick|anxious|foggy|confused)|"
    r"estoy|tengo|sigo|siento|esta|desde|ando|me siento|hours (?:later|after))\b"
)
SO_MUCH = re.compile(r"\b(?:this|so|such|todavia|tan) $")
IF = re.compile(
    r"(?:^|[,.;:(\u00bf] ?|\b(?:and|but|so|y|what|even|do) )(?:if|what if|in case|unless|si|"
    r"en caso|"
    r"por si)\b(?!,)(?=[^,]{0,60}$)"
    r"|\b(?<!as )(?:if|in case|what if) (?=(?:i|he|she|it|they|you|there|someone|"
    r"somebody) (?:\w+ ){0,4}$)"
)
# `if i stand up i feel`: the mention is no longer under the if.
MAIN_CLAUSE = re.compile(
    r"\b(?:i|he|she|it|you) (?!would|will|could|might|should|do\b|can\b)[\w' ]*?"
    r"\b(?:i|he|she|my|his|her|it) (?!would|will|could|might|should)(?:\w+ )*$"
    r"|\bsi (?:me|no) \w+ (?:\w+ )?(?:me|tengo|siento)\b"
)
HABIT = re.compile(r"\b(?:miss\w*|skip\w*|stop|quit|without|forg[eo]t|run out|late|more than)\b")
