"""Words around a mention that turn its meaning. They are read in plain text: no accents, `cant`."""

import re


def phrases(*parts: str) -> re.Pattern[str]:
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
    r" (?!what\b|everything\b|anything\b|things\b)(?:\w+ ){0,2}?(?:i|ive|that i) (?:heard|read|"
    r"keep reading|keep hearing)\b"
)
ANOTHER_THING = re.compile(r" (?:the|my|his|her|mi|el|la|las|los) \w+")

# Denials

DENIAL = re.compile(
    r"\b(?:(?:no|ni) (?:(?:me|se|lo|la|le) )?(?:he|ha|hemos|han|tengo|tiene|tenia|estoy|esta|"
    r"estaba|"
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
    r"|\b(?:for nothing|nothing (?:but|like|helps|works|i|makes|seems))\b|\bni siquiera\b|\bno "
    r"(?:he|ha|"
    r"han) (?:parado|dejado)\b|\bsin (?:dormir|parar)\b"
)
AND_MY = re.compile(r"\b(?:and|y) (?:my|his|her|mi|su)\b")
NEVER = phrases("never", "hadnt", "nunca")
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
    # `Nausea 0/10`; not `nausea 0/10, now 8/10`.
    r"|:? (?:is |was |at |level |nivel |es )?(?:0|zero|cero) ?(?:/|out of|of|de|sobre) ?10\b"
    r"(?![^.!?\n]*?(?<!/)\b[1-9])"
)
# `Helped the depression but not the anxiety`: not helped, not absent.
NOT_HELPED = re.compile(
    r"\b(?:help\w*|works?|worked|good|great|wonders|fix\w*|eas\w+|treat\w*|effective|improv\w*|"
    r"better|cur(?:es|ed|e)|lift\w*|ayud\w+|sirv\w+|mejor\w*)\b[^.!?]*"
    r"(?:\b(?:but|though|just|pero|aunque)|,) (?:does |did |has |it |it has )*(?:not|no help)"
    r"(?: so much| really| at all| much| as much)?(?: helped| help)?"
    r"(?: for| with| on| about| con| para| the| my| his| her| la| mi| el)+ ?$"
)
# `My doctor says there is no withdrawal. Well, there is!`
CLAIMED = re.compile(
    r"\b(?:say|says|said|told|tells?|claim\w*|swears?|swore|insist\w*|promis\w*|assur\w*|den(?:y|"
    r"ies|"
    r"ied)|believes?|thinks?|thought|dice|dicen|dijo|dijeron|asegur\w*)\b"
)
CONTRADICTED = re.compile(
    r"\W*(?:(?:well|but|and|oh|ha|sorry|trust me|believe me|pues|pero)\W+)*"
    r"(?:(?:yes |oh yes )?there (?:is|are|was|were)\b|(?:it|they|you) (?:is|are|does|do|did|"
    r"will)\b|"
    r"(?:that(?:s| is| was)|what) (?:\w+ )?(?:a lie|lie|lies|bull\w*|bs|wrong|untrue|not true|crap|"
    r"rubbish|nonsense)|(?:wrong|lies|liars?|bull\w*|not true|untrue|bs)\b|i (?:can tell you|know|"
    r"beg to differ|disagree)|si (?:la|los|las|lo) hay|mentira)"
)
# `I stopped it at once with no symptoms`, `and it was easy`: it was stopped, and nothing came of
# it.
NO_HARM = re.compile(
    r"\b(?:no|zero|without|never|nothing|sin|ningun\w*)(?: \w+)? (?:had |got |felt |noticed )?"
    r"(?:\w+ ){0,2}?(?:symptoms?|problems?|issues?|side effects?|ill effects?|effects?|trouble|"
    r"withdrawal\w*|zaps|bad|sintomas|problemas?)\b|\b(?:was|were|its|been|is|fue) (?:\w+ "
    r")?(?:easy|"
    r"a breeze|fine|painless|ok|okay|smooth|facil)\b|\bno big (?:deal|thing)\b|\bpiece of cake\b|"
    r"\bdid(?:nt| not) (?:even )?(?:notice|feel a thing|have any|get any|bother)\b"
)
OPINION = re.compile(
    r"\b(?:think|thinking|feel|feeling|believe|say|notice[d]?)"
    r"(?: that| like)?(?: (?:i|im|ive|he|hes|she|shes))?\b"
)
NEW_SUBJECT = phrases(
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
OR = phrases("or", "nor", "ni", "neither")
OR_FOLLOWS = re.compile(r"(?:,? ?[\w'-]+(?: [\w'-]+)?,?){0,3}? (?:or|nor|ni) ")
LIST_WORDS = frozenset({"any", "no", "the", "de", "nada", "sin", "y", "o", "of"})

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
    r"leaflet|brochure|label|i hear|website|search for|search|research\w*|google\w*|look(?:ed|"
    r"ing)? "
    r"(?:up|into)|educate\w*|investig\w+|"
    r"read(?:ing)? (?:\w+ ){0,3}?(?:about|"
    r"that|on|of)|heard|"
    r"lists?|(?<!nobody )(?<!never )(?<!no one )(?<!not )(?<!didnt )warn(?:s|ed|ing)|from what "
    r"(?:i|ive|people) (?:\w+ )?(?:read|hear|heard|see|seen|gather|say)|talks? about|watch(?:ed|"
    r"ing)? (?:a|the)|movie|song|"
    r"book|film|documentary|article|get(?:ting|s)? (?:people|someone|somebody)|not addictive|"
    r"folleto|prospecto|lei|articulo|"
    r"pelicula|stories)\b(?: \S+){0,9} ?$"
)
FEARED = re.compile(
    r"\b(?:worried|worry|worries|worrying|concern|concerned|afraid|scared|fear\w*|terrified|"
    r"anxious|expect\w*|thought|hoping|leery|leary|"
    r"wondered|nervous|miedo|temia)"
    r" (?:that |of |about |it |to |a |de |que |the |having |going through )*"
    r"(?:(?:he|she|they)(?:'d|'ll| might| could| may| would| will)|"
    r"i'd|i would|i might|i'll|i could|id|it would|it might|getting|becoming|get|become|to be|be|"
    r"of|about|"
    r"the|going|having|de|a|que)(?: (?!i\b|im\b)\w+){0,5} ?$"
)
AVOIDED = re.compile(
    r"\b(?:avoid\w*|prevent\w*|in case|risk of|(?<!think i )might (?:cause|get|be|feel)|"
    r"(?:could|may|can|would) "
    r"cause|instead of|wouldnt have to|dont want (?:all )?(?:those|the|to|any)|"
    r"(?:due|thanks) to (?:the )?lack of|opposite of|safe from|for fear of|against|"
    r"evitar|prevenir|por si|para no|puede (?:causar|dar))(?: [\w']+){0,5} ?$"
)

# What is well now, and paper

NOW_GOOD = re.compile(
    r"^(?:[ ,]+(?:is|are|was|were|has|have|been|seems|esta|es)){1,3}[ ,]+(?:much |so much |"
    r"back to |"
    r"totally |completely |perfectly |very |all |muy )*(?:improved|better|sharp|normal|clear\w*|"
    r"fine|crisp|great|perfect|good|ok|okay|bien|buena|sober)\b"
)
PAPERWORK = re.compile(
    r"\b(?:bill\w*|invoice|charged|insurance|portal|website|web ?page|app|forms?|consent|upload|"
    r"button|login|log in|password|instructions?|leaflet|schedule|scheduling|appointments?|"
    r"(?:session|visit|booking|infusion) (?:at|on)|what time(?! it\b| of day)|calendar|e-?mail|"
    r"directions|traffic|"
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
# Of what may come; somebody who asks why, or whether it is still so, has it.
ABOUT_LATER = re.compile(
    r"^\W*(?:(?:and|so|also|hi|hello|hey|just|quick question|question|ok|thanks|doc|y|hola|"
    r"then)\W+)*"
    r"(?:will|shall|wont|am i (?:going|likely) to|is (?:it|this|he|she|that) going to|are (?:we|"
    r"they) "
    r"going to|voy a|me va a|va a)\b(?!.*\b(?:still|why|this (?:sick|bad|anxious|foggy)|ever|"
    r"go away|stop|todavia)\b)"
)
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
# `If you stop you may get withdrawal`: nobody has it yet.
MAY = re.compile(
    r"\b(?:you|one|people|they|some) (?:may|might|could)\b|\bi ever\b|"
    r"\b(?:ill|i will|id|i would) (?:do|go|make|taper|wean|talk|ask)\b"
)
HABIT = re.compile(r"\b(?:miss\w*|skip\w*|stop|quit|without|forg[eo]t|run out|late|more than)\b")
