"""Anxiety that is what the treatment is for, or that it eased: neither is an effect of it."""

import re

EASED_BEFORE = re.compile(
    r"\b(?:help(?:s|ed|ing|ful)?|treat(?:s|ed|ing|ment)?|lower(?:s|ed|ing)?|decreas\w+|"
    r"reduc(?:es|ed|ing|tion|e)|reliev\w+|relief|eas(?:es|ed|ing)|cur(?:es|ed|ing|e)|"
    r"control(?:s|led|ling)?|wonders|improv\w+|lessen\w*|effective\w*|less|rid of|great for|"
    r"good for|good with|work(?:s|ed|ing)? (?:\w+ ){0,2}(?:for|on|with|against)|"
    r"calms?|calmed|manag(?:es|ed|ing|e)|combat\w*|(?:medicine|meds?) for|took away|"
    r"edge off|takes away|"
    r"take away|taken away|sav(?:es|ed) me|eliminat\w+|cleared|stopped|stops|keeps? my|kept my|"
    r"alleviat\w+|diminish\w*|remov\w+|kill(?:s|ed)|free from|freed|recover\w*|overcome|overcame|"
    r"(?:took|takes|taken|taking) care of|end(?:s|ed)(?! up)|fewer|banish\w*|melt(?:s|ed)|"
    r"wip(?:es|ed) out|"
    r"knock(?:s|ed) out|put an end to|stamp(?:s|ed) out|squash\w*|nip(?:s|ped)|chased|tam(?:es|ed)|"
    r"zapped|quell\w*|soften\w*|dull(?:s|ed)|quiet(?:s|ed|ens|ened)|sooth\w*|resol(?:ves|ved)|"
    r"(?:does|did) the trick (?:for|with)|godsend for|best (?:thing|med|drug|medicine) for|"
    r"handl(?:es|ed|ing)|works wonders|wonderful for|perfect for|excellent for|amazing for|"
    r"awesome for|useful for|ok for|okay for|fine for|rarely (?:have|get|feel)|hardly ever|"
    r"once in a while|bearable|tolerable|"
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
    r"|\b(?:i|we|he|she|also) (?:also |do |both |already |really |still )?(?:have|has|had|deal "
    r"with|"
    r"live with|battle|fight)(?: (?:a |an |my |the |some |both |severe |chronic |mild |major |"
    r"social |"
    r"bad |terrible |general\w* |clinical |manic |long ?term )?(?:ocd|adhd|add|ptsd|bipolar(?: "
    r"ii?| "
    r"disorder)?|depression|depresion|mdd|gad|sad|panic(?: disorder)?|fibro\w*|insomnia|"
    r"agoraphobia|"
    r"migraines|ibs|pms|pmdd|toc)[,/&]?){1,5}(?: and| &| with| plus| y| as well as)?"
    r"(?: (?:severe|chronic|social|mild|some|terrible|bad|general\w*|horrible))? ?$"
    r"|\b(?:went to|saw|see|seeing|called|visited|told) (?:\w+ ){0,3}(?:doctor|doc|dr|gp|psych\w*|"
    r"therapist|pcp) (?:for|because of|about|over|due to)(?: \w+){0,3} ?$"
    r"|\b(?:long-?term|lifelong|prescribed (?:\w+ ){0,3}for|history of)(?: \w+){0,3} ?$"
)
# `I have anxiety and depression`, `anxiety since childhood`, `panic disorder for 20 years`.
CONDITION_AFTER = re.compile(
    r"^(?: (?:attacks?|disorders?))?(?:,| and| &|/| with| or| y)+ ?(?:severe |chronic |major |"
    r"mild |"
    r"clinical |some |my |manic )?(?:depression|depresion|ocd|ptsd|adhd|add|bipolar|insomnia|"
    r"agoraphobia|fibro\w*|panic disorder)\b(?! (?:got|became|is worse|are worse|worse\w*|after|"
    r"since|while|when|on this|from|came))"
)
# `Anxiety since childhood`, `panic disorder for 20 years`.
HAD_FOR_LONG = re.compile(
    r"^[^.!?|]{0,40}\b(?:(?:all|most of|much of) my (?:adult )?life|my (?:whole|entire) life|"
    r"since (?:childhood|my (?:teens|twenties)|(?:19|20)\d\d)|for (?:\w+ ){0,2}(?:years|decades)|"
    r"desde (?:nin[oa]|chic[oa]|hace anos))\b|^[, ]+\d+ years\b"
)
# `I had anxiety after my accident, so they gave me this`.
GIVEN_FOR = re.compile(
    r"[^.!?]*?\bso (?:they|he|she|i|my (?:\w+ )?(?:doctor|doc|gp|psych\w*)|the doctor) (?:\w+ "
    r")?(?:gave|put|"
    r"prescribed|started|got|tried|suggested|went on|began)\b(?! (?:up|me (?:xanax|valium|ativan)))"
)
# `It does nothing for my panic`: it is there.
NOT_EASED = re.compile(
    r"\b(?:(?:nothing|zero|zilch|squat|jack|no good|little|not much|no use|useless|no help|no "
    r"relief) "
    r"(?:for|with|on|from|to help)|(?:doesnt|didnt|hasnt|dont|does not|did not|has not|never|"
    r"wont|isnt|"
    r"not|no) (?:really |even |seem to |do anything |done anything |doing anything |much "
    r")*(?:help\w*|"
    r"work\w*|touch\w*|eas\w+|control\w*|improv\w*|reliev\w*|fix\w*|treat\w*|for|about|no (?:hace|"
    r"ayuda)))(?: (?:for|with|on|the|my|his|her|any|at all|of|all|much|la|mi)){0,3} ?$"
)
# `It lifted the fog I had been in`: said of what the treatment took away.
TAKEN_AWAY = re.compile(
    r"\b(?:lifted|lifts|cleared(?: up)?|clears(?: up)?|took away|takes away|taken away|got rid "
    r"of|rid "
    r"me of|cured|cures|eliminated|ended|(?:pulled|brought|got|snapped) me out of|blew away|cut "
    r"through|"
    r"quito|me quito) (?:the |my |that |his |her |this |all |of |some |la |el )*(?:[\w']+ )?$"
)
HAVE = re.compile(r"^\W*(?:(?:i|we) )?(?:ive |do |also |already )?(?:have|had|suffer|struggle)\b")
_CONDITIONS = (
    r"(?:depression|anxiety|ocd|panic|ptsd|gad|insomnia|bipolar|adhd|disorder|and|severe|major)"
)
BEGINS = re.compile(rf"^\W*(?:{_CONDITIONS}\W+)*$")
WORSENED = re.compile(
    r"\b(?:increas\w+|worse\w*|heighten\w*|magnif\w+|caus\w+|made me|gave me|new|severe|bad|"
    r"more|through the roof|aument\w+|empeor\w+|peor|provoc\w+)(?: \w+){0,2} ?\|"
    r"|\|[ ,]+(?:\w+ ){0,3}(?:worse\w*|increased|got bad|through the roof|skyrocketed|came back|"
    r"returned|peor|aumento|not better)\b"
)
EASED_AFTER = re.compile(
    r"^(?:[ ,:]+(?:is|are|was|were|has|have|been|and|depression|levels?|symptoms?|attacks?|me|se|"
    r"ha|esta|went|feels?|es|got|gotten|getting|now|also|both|seems?|seemed|kept|held|brought|to "
    r"be|become|became|"
    r"disorder|worry|stress|panic|i had|are now|is now)){0,6}[ ,:]+"
    r"(?:much |greatly |so much |way |a lot |lot |noticeably |really |significantly |almost |"
    r"a (?:little |bit |whole lot |great deal |ton |million times |hundred times )|far |even |"
    r"quite |"
    r"pretty |pretty much |more (?=manageable|bearable|tolerable|controlled|stable)|nearly |"
    r"practically |very |virtually |finally |somewhat |tons |cut |"
    r"completely |totally |drastically |muy |mucho |bastante |under )*"
    r"(?:improved|improving|better|decreas\w+|reduc\w+|lower\w*|less|control|relieved|"
    r"manageable|lessened|dropp?(?:ed|s|ing)?|fallen|quiet(?:er|ed)?|calm(?:er|ed)?|eased|easing|"
    r"gone|disappeared|away|at bay|down|mejor(?:ado)?|mejorando|"
    r"controlada|menor|diminished|vanished|lifted|fewer|rarer|rare|infrequent|minimal|"
    r"mild(?:er)?|stable|"
    r"nil|zero|non[- ]?exist\w+|bearable|tolerable|in check|in half|halved|by half|in hand|stopped|"
    r"subsided|dissipated|calming|receded|melted|lightened|softened|under wraps|a thing of the "
    r"past|"
    r"history|a distant memory|minimi[sz]ed|alleviated|cured|managed|handled|behind me|much less|"
    r"controlled|stabili[sz]ed|resolved|reducid[oa]|bajo|bajado|disminuy\w+|se fue)\b"
    r"|^(?: attacks?)? (?:doesnt|does not|no longer|dont|do not|isnt|arent|not|didnt)(?: \w+)? "
    r"(?:rul\w*|control\w*|run|runs|defin\w*|bother\w*|consum\w*|overwhelm\w*|cripp\w*|hold\w*|"
    r"get to|an issue|a problem|there|as (?:bad|severe|strong|often|much)|so (?:bad|severe)|take "
    r"over)\b"
    r"|^[^.!?|]{0,20}\bfrom [\w ]{1,25}? to (?:\w+ )?(?:once|one|none|zero|nothing|never|rare\w*|"
    r"occasional\w*|almost|hardly|barely|mild|manageable|normal)\b"
    r"|^[^.!?|]{0,25}\b(?:from|de) (?:an? |un )?\d+ (?:down )?(?:to|a) (?:an? |about |un )?\d+\b"
    r"|^[ ,]+(?:\w+ ){0,3}(?:calmed|settled|quieted|evened|toned|died|tapered) (?:right |way |"
    r"itself )?(?:down|out|off)\b"
    r"|^[ ,]+(?:went|gone) (?:away|down)\b"
)
