"""Pregnant, perhaps, or nursing: told of oneself and now, or denied, over, or of somebody else?

What stands around an effect is no help here: "worried I might be" and "not sure if I am" are the
thing itself, and nobody is pregnant "since the dose". So it has cues of its own. What none of them
explains away is present: a person looks, before the next dose (clinical.md section 3).
"""

import re

from portal.symptoms import cues
from portal.symptoms.cues import phrases
from portal.symptoms.surroundings import Place, Status, Surroundings

Span = tuple[int, int]

# Denials: a denial and then only such words, up to the mention. `No, I am pregnant` has a comma.
_FILLING = (
    r"(?: (?:a|an|any|am|are|be|been|being|is|was|that|i|im|ive|we|id|shes|actually|currently|even|"
    r"yet|now|really|also|get|getting|gotten|become|or|and|nor|think|believe|have|had|sign|signs|"
    r"of|the|my|longer|far|along|exclusively|ni|o|y|que|estoy|esta|este|estaba|estar|creo|ando|he|ha|"
    r"estado|quede|quedado|mi|el|un|tengo|pregnant|breast|breastfeeding|feeding|nursing|positive|"
    r"embarazada|lactando|dando|doy|pecho|as far as i know))*,? ?$"
)
_NO = (
    r"not|isnt|aint|arent|wasnt|never|nor|neither|without|dont|didnt|doesnt|havent|hasnt|nunca|"
    r"tampoco|jamas|ni|sin|doubt|unlikely|no way|no chance|impossible(?: that)?|no longer|"
    r"(?:cant|cannot|couldnt|can not)(?= (?:be|get|possibly|really|actually|have)\b)|"
    r"(?:stopped|quit|done|finished|gave up|deje de|termine de)(?! and\b)"
)
_DENIED = re.compile(
    rf"\b(?:{_NO})(?: possibly)?{_FILLING}"
    rf"|\bno (?:sign|signs|more|pregnant|breast\w*)\b{_FILLING}|\bno (?:for |to )?$"
    rf"|\b(?:ya )?no (?:estoy|esta|estaba|he|ha|creo|doy|puedo|quede|ando|tengo|hay){_FILLING}"
)
_DENIED_LATER = re.compile(r"^ (?:is |was )?(?:ruled out|not possible|is impossible|descartado)\b")

# A test that says no. It quiets what was only feared; whoever doubts it is still heard.
_NEAR = 150
_NEGATIVE = re.compile(
    r"(?<!covid )(?<!drug )(?<!flu )(?<!strep )(?<!hiv )(?<!std )(?<!tb )"
    r"\b(?:tests?|pruebas?|hcg)\b[^.!?\n]{0,40}\b(?:negative|neg|negativ[oa]s?|not positive|"
    r"wasnt positive|one line|una raya|una rayita)\b"
    r"|\bnegative (?:\w+ ){0,2}(?:tests?|prueba)\b|\bnot pregnant\b"
    r"|\b(?:it|they|came|tested|salio|dio)(?: (?:was|were|came|says?|said|showed|back|out|all))*"
    r" negativ[eoa]\b"
)
_POSITIVE = re.compile(
    r"(?<!not )(?<!wasnt )(?<!isnt )\b(?:positive|pos|positiv[oa]s?)\b"
    r"|\b(?:two|2|dos|double|second|faint) (?:\w+ )?(?:lines?|rayas|rayitas|lineas)\b"
)
_DOUBTS_IT = re.compile(
    r"\beven though\b|\btoo (?:early|soon)\b|\bfalse negative\b|\bstill (?:think|feel|no|late|"
    r"havent|hasnt|not|could|might|may)\b|\baunque\b|\bsigo (?:creyendo|pensando|sin)\b"
)
_SURE = re.compile(r"\b(?:i am|im|estoy|i know|we are)(?: (?:already|now|\w+ (?:weeks|months)))* $")

# Over, and long ago
_WAS = re.compile(
    r"\b(?:was|had been|used to be|estaba|estuve|havent been|when we were)"
    r"(?: (?:\w+ (?:weeks?|months?)|\w+))? $"
)
_FOUND_OUT = re.compile(
    r"\b(?:f(?:ound|ind|inding) out|learn\w*|reali[sz]\w*|discover\w*|kn(?:ow|ew)|aware|told|says?|"
    r"said|confirm\w*|turns out|turned out|suspect\w*|seems|entere|enteramos|supe|sabia|descubri|"
    r"resulta|resulto|dijo|dijeron|cuenta)\b[^.!?]*$"
)
_LONG_AGO = re.compile(
    r"\b(?:years? ago|yrs ago|last (?:year|summer|winter|spring|fall|time)|back (?:in|when|then)|"
    r"in (?:19\d\d|20[01]\d|202[0-4])|as a teen\w*|when i was (?:\d+|young\w*|a (?:kid|teen\w*))|"
    r"(?:last|previous|past|earlier|old) pregnanc\w+|hace (?:\w+ )?anos|el ano pasado|de joven|"
    r"(?:ultimo|otro) embarazo|embarazo anterior|used to|solia)\b"
)
_ORDINAL = re.compile(r"(?:first|second|third|primer|segundo|tercer) (?:pregnancy|embarazo)")
_THIS_ONE = re.compile(
    r"\b(?:this is|its|it is|im in|i am in|now in|currently|es|estoy en) (?:my|mi)\b"
)
_GOT = re.compile(r"\b(?:was|got|became|fell|been|had|estaba|estuve|quede)\b[^.!?|]*$")
_WITH_MINE = re.compile(
    r"^ (?:with|de|con) (?:my|our|mi|nuestr[oa]|mis) (?:\w+ )?(?:son|daughter|first|second|third|"
    r"oldest|eldest|youngest|kids?|child|children|boys?|girls?|twins|hij[oa]s?|primer\w*|segund\w*)\b"
)
_LOST = re.compile(
    r"\b(?:miscarried|had (?:a|an) (?:miscarriage|abortion)|lost (?:it|the baby|the pregnancy)|"
    r"terminated|stillb\w+|after (?:the baby|giving birth|the birth)|perdi (?:el|al) bebe|"
    r"aborte|tuve un aborto|interrumpi)\b"
)
_BEFORE_IT = re.compile(
    r"\b(?:before|after|since|antes de|despues de|desde)(?: (?:i|we|que|yo|ever|both|all))*"
    r"(?: (?:got|became|was|were|had been|fell|being|getting|quedar\w*|quede|estar|el|ser))? $"
)
_DURING = re.compile(
    r"\b(?:during|throughout|in|through|durante|en)(?: (?:both|all|the|each|la|el))* $"
)
_TOOK_PLACE = re.compile(
    r"\b(?:had|was|were|took|got|used|felt|gave|stopped|went|tuve|tome|estaba|tenia|me dio|fue)\b"
)

# Somebody else
_WHO = (
    r"(?:wife|wifey|missus|girlfriend|gf|fiancee?|partner|sisters?|sis|daughters?|mothers?|mums?|"
    r"moms?|friends?|bestie|bff|cousins?|aunts?|nieces?|colleagues?|co-?workers?|boss|manager|"
    r"neighbou?rs?|teachers?|roommate|flatmate|stepdaughter|granddaughter|ex|nurses?|therapist|"
    r"counsell?or|receptionist|hairdresser|babysitter|sitter|nanny|lady|girls?|cats?|dogs?|bitch|"
    r"mare|cows?|goats?|hamster|horse|princess|actress|character|singer|"
    r"mujer|esposa|senora|novia|pareja|hermana|hija|madre|mama|amiga|prima|tia|sobrina|cunada|"
    r"nuera|suegra|jefa|companera|vecina|maestra|perr[oa]|gat[oa]|yegua|vaca|enfermera|doctora|chica|"
    r"muchacha|nieta)s?"
)
_SOMEBODY = re.compile(
    rf"\b(?:my|our|his|her|the|an?|this|that|mi|su|la|una|otra|nuestra|el|un)"
    rf" (?:(?!and\b|with\b|told\b)[\w']+ ){{0,2}}?{_WHO}\b"
    rf"|^\W*{_WHO}\b(?!,)|\b(?:sister|mother|daughter)[- ]in[- ]law\b"
    r"|\b(?:someone|somebody|anyone|anybody|people|wom[ae]n|others|everyone|everybody|patients|alguien|mujeres|gente)\b"
)
_SHE = phrases("she", "shes", "her", "hers", "ella", "they", "theyre")
_SELF = phrases(
    "i", "im", "ive", "id", "ill", "me", "myself", "we", "yo", "estoy", "estamos", "creo", "soy",
    "tengo", "doy", "ando",
)  # fmt: skip
_MADE_HER = re.compile(
    r"\b(?:got|get|gets|getting|made|make|knocked|knock|embarac\w+)(?: a)?"
    r" (?:her|my \w+|a \w+|someone|somebody|una? \w+|a mi \w+) $"
)
_THEIRS_AFTER = re.compile(rf"^ (?:mi|la|su|una) (?:[\w']+ )?{_WHO}\b")

# Wishes, ifs, and questions in general
_PLANS = re.compile(
    r"\b(?:want(?:s|ed|ing)?|wanna|plan(?:s|ned|ning)?(?: on)?|hop(?:e|es|ing)|like|love|"
    r"wish(?:es|ing)?|decid\w+|ready|think(?:ing)? (?:about|of)|consider\w*|trying not|avoid\w*|"
    r"prevent\w*|unable|able|afraid|scared|fear\w*|worr\w+|risk|chance|possible|safe|quier[oe]|"
    r"queremos|quisiera|planeo|planeamos|deseo|gustaria|evitar|miedo|pensando)"
    r"(?: (?:of|to|about|on|de|en|a|for|me|us|my))* ?"
    r"(?:(?:be|being|get|getting|become|becoming|have|having|fall|falling|quedar\w*|embarazar\w*|"
    r"estar|another|an?|first|un|otro)(?: \w+)? ?)?$"
)
_SOME_DAY = re.compile(
    r"\b(?:some ?day|one day|in the future|next year|eventually|later on|down the (?:road|line)|"
    r"in (?:a few|two|three|some) years|algun dia|en el futuro|el (?:proximo|otro) ano|"
    r"mas adelante)\b"
)
_IF_SO = re.compile(
    r"\b(?:if|when|in case|once|until|before|unless|can|should|could|may|will|si|cuando|"
    r"en caso(?: de)?|puedo)(?: [\w']+){0,3}? (?:gets?|becomes?|fall|were|was|queda|quedo|"
    r"quedar\w*|quedase|estuviera|estuviese|fuera)(?: \w+)? $"
)
_IN_GENERAL = re.compile(
    r"\b(?:if|when|while|whilst|during|for|in case(?: of)?|unless|against|cause|about|si|durante|"
    r"para|en|en caso de|sobre|con)(?: (?:you|youre|your|one|a|the|someone|somebody|are|were|la|el|"
    r"usted|esta|un|not))* $"
)
_UNSURE = re.compile(
    r"\b(?:not sure|unsure|dont know|do not know|wonder\w*|no idea|see|check|find out|tell|knowing|"
    r"know|confirm|no se|saber|ver|pregunto)(?: (?:for sure|yet|aun))? (?:if|whether|si)\b[^.!?,]*$"
    r"|\bwhat if (?:i am|im|i was)\b[^.!?,]*$|\by si (?:ya )?(?:estoy|quede)\b[^.!?,]*$"
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|also|hi|hello|hey|just|quick question|question|ok|thanks|doc|dr|y|hola|oye|"
    r"disculpe|pregunta)\W+)*(?:is|are|do|does|can|could|will|would|has|should|what|how|which|when|"
    r"any|es|se puede|puede|pueden|hay|que|afecta|cuanto|cuando|como|puedo|debo)\b"
    r"|^\W*(?:\w+ ){0,4}(?:wondering|asking|curious|know|ask|pregunt\w+)(?: \w+)?"
    r" (?:if|whether|si|about)\b"
)
_OF_MYSELF = re.compile(
    r"\b(?:i am|im|am i|ive|i have|could i be|can i be|might i be|i might|i may|i could be|i think|"
    r"i just|now that|because|since i|my (?:baby|newborn|son|daughter|pregnancy)|"
    r"(?:can|should|may|must|could|do) i [\w' ]*\b(?:while|whilst|now|still)|"
    r"(?:can|should|may|could|do) i (?:still )?(?:breast|nurse)|do you think|estoy|creo|"
    r"podria estar|puedo estar|ya|sigo|mi (?:bebe|embarazo)|"
    r"puedo [\w' ]*\b(?:mientras|estando|si estoy|dando)|puedo (?:dar|amamantar))\b"
)
_FORMS = re.compile(
    r"\b(?:asks?|asked|asking|preguntan?|preguntaron)(?: (?:me|us|about|everyone|women|a todas))*"
    r" (?:if|whether|about|si|por)\b[^.!?]{0,30}$"
    r"|\b(?:leaflet|label|warning|warns?|booklet|website|internet|article|policy|folleto|prospecto|"
    r"etiqueta)\b[^.!?]{0,60}$|\b(?:do not|dont|never|no|not) (?:take|use|tomar|usar|tome|give)"
    r"\b[^.!?]{0,30}$|\b(?:dream\w*|sone|nightmare|joke\w*|pretend\w*|as if)\b[^.!?]{0,30}$"
)


def told_now(around: Surroundings, span: Span, kind: str) -> Status:
    """Of a mention of it; `kind` is its list in the lexicon: `stated`, `signs` (a test, a late
    period) or `feeding`. It stands in the place's `what`."""
    place = around.place(span, kind)
    if _is_denied(around.text, place, span):
        return Status.NEGATED
    if _is_over(place) or _is_somebody_else(around, place, span) or _is_no_fact(place):
        return Status.OTHER
    return Status.PRESENT


def _is_denied(text: str, place: Place, span: Span) -> bool:
    if cues.DENIED_AFTER.match(text[span[1] : span[1] + 24]) or _DENIED_LATER.match(place.after):
        return True
    return bool(_DENIED.search(place.before)) or _is_denied_by_test(text, place, span)


def _is_denied_by_test(text: str, place: Place, span: Span) -> bool:
    """Unless another one says yes, or its reader does not believe it, or speaks of what is sure."""
    near = text[max(0, span[0] - _NEAR) : span[1] + _NEAR]
    if place.what == "feeding" or _SURE.search(place.before) or _DOUBTS_IT.search(near):
        return False
    return bool(_NEGATIVE.search(near)) and not _POSITIVE.search(near)


def _is_over(place: Place) -> bool:
    if _WAS.search(place.before) and not _FOUND_OUT.search(place.before):
        return True
    if _SURE.search(place.before):
        return False
    if _ORDINAL.search(place.words) and not _THIS_ONE.search(place.sentence):
        return True
    if place.what == "stated" and (_LOST.search(place.rest) or _LOST.match(place.following)):
        return True
    if _GOT.search(place.before) and _WITH_MINE.match(place.rest):
        return True
    is_event = place.what == "stated" and _DURING.search(place.before)
    return bool(
        _LONG_AGO.search(place.sentence)
        or _BEFORE_IT.search(place.before)
        or (is_event and _TOOK_PLACE.search(place.sentence))
    )


def _is_somebody_else(around: Surroundings, place: Place, span: Span) -> bool:
    if _MADE_HER.search(place.before) or _THEIRS_AFTER.match(place.rest):
        return True
    if around.by_companion or place.words.startswith(("my ", "mi ", "our ", "im ", "i ")):
        return False
    own, she = _last(_SELF, place.before), _last(_SHE, place.before)
    if _last(_SOMEBODY, place.before) > own:
        return True
    return she > own and bool(_SOMEBODY.search(f"{around.text[: span[0]]} | {place.rest}"))


def _is_no_fact(place: Place) -> bool:
    """A wish, an if, a question in general, what a form or a leaflet says."""
    if _UNSURE.search(place.before):
        return False
    if place.what != "signs" and (_PLANS.search(place.before) or _SOME_DAY.search(place.sentence)):
        return True
    if _IF_SO.search(place.before) or _FORMS.search(place.before):
        return True
    if _is_asked(place):
        return True
    return bool(_IN_GENERAL.search(place.before)) and not _SELF.search(place.before)


def _is_asked(place: Place) -> bool:
    asks = _ASKS.search(place.sentence) and (place.ends_in_question or "wonder" in place.before)
    return bool(asks) and not _OF_MYSELF.search(place.sentence)


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last of them ends, -1 when there is none."""
    return max((found.end() for found in pattern.finditer(text)), default=-1)
