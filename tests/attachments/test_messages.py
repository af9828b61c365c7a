"""Photos and files in a conversation: sent, seen by those who may, and by nobody else."""

from uuid import uuid4

from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.attachments.pictures import PDF, PLACE, opened, photo
from tests.attachments.sending import files_in, lines, send, sent_photo
from tests.clients import Client, sign_in
from tests.conftest import ClientFor
from tests.conversations.people import opened as conversations_of
from tests.conversations.people import page_of
from tests.serving import Served


async def test_a_photo_reaches_the_nurse_with_its_words_and_without_its_place(
    client_for: ClientFor, sender: Client, care: Conversation, nurse_on_team: Person
) -> None:
    answer = await send(sender, care.id, ("arm.html", photo()), body="Is this all right?")
    assert answer.status_code == 200
    assert "Is this all right?" in answer.text
    nurse = await client_for(nurse_on_team)
    page = await nurse.get(f"/inbox/{care.id}")
    [address] = files_in(page.text)
    shown = await nurse.get(address)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    small = await nurse.get(f"{address}/thumbnail")
    for picture in (shown.content, small.content):
        assert PLACE not in picture
        assert opened(picture).size == (64, 40)


async def test_a_pdf_is_only_ever_saved_and_never_shown_in_the_page(
    sender: Client, care: Conversation
) -> None:
    answer = await send(sender, care.id, ("../\u202eresults.PDF.html", PDF))
    [address] = files_in(answer.text)
    given = await sender.get(address)
    assert (given.content, given.headers["content-type"]) == (PDF, "application/pdf")
    how = given.headers["content-disposition"]
    assert how.startswith('attachment; filename="results.PDF.html.pdf";')
    assert (await sender.get(f"{address}/thumbnail")).status_code == 404


async def test_the_outsider_finds_neither_the_file_nor_its_thumbnail_nor_a_place_to_send(
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    other_patient: Person,
    nurse_elsewhere: Person,
) -> None:
    file_id = await sent_photo(sender, care.id)
    address = f"/conversations/{care.id}/files"
    for outsider in (nurse_elsewhere, other_patient):
        client = await client_for(outsider)
        missing = await client.get(f"{address}/{uuid4()}")
        for url in (f"{address}/{file_id}", f"{address}/{file_id}/thumbnail"):
            answer = await client.get(url)
            assert (answer.status_code, len(answer.text)) == (404, len(missing.text))
        assert (await send(client, care.id, ("x.jpg", photo()))).status_code == 404


async def test_a_file_is_found_in_its_own_conversation_only(
    client_for: ClientFor,
    database: Database,
    sender: Client,
    care: Conversation,
    other_patient: Person,
) -> None:
    file_id = await sent_photo(sender, care.id)
    theirs, _ = await conversations_of(database, other_patient)
    client = await client_for(other_patient)
    assert (await client.get(f"/conversations/{theirs.id}/files/{file_id}")).status_code == 404


async def test_a_file_of_the_team_s_notes_is_never_a_patient_s_to_see(
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    notes: Conversation,
    nurse_on_team: Person,
) -> None:
    nurse = await client_for(nurse_on_team)
    file_id = await sent_photo(nurse, notes.id)
    for place in (notes.id, care.id):
        for end in ("", "/thumbnail"):
            url = f"/conversations/{place}/files/{file_id}{end}"
            assert (await sender.get(url)).status_code == 404
    assert str(file_id) not in (await sender.get(f"/conversations/{care.id}")).text
    assert str(file_id) in (await nurse.get(f"/inbox/{care.id}")).text


async def test_a_plain_form_sends_too_and_goes_back_to_its_page(
    database: Database,
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    nurse_on_team: Person,
) -> None:
    form = await sender.get(f"/conversations/{care.id}/files")
    assert 'enctype="multipart/form-data"' in form.text
    answer = await send(sender, care.id, ("a.pdf", PDF), script=False)
    [line] = await lines(database, care)
    assert answer.headers["location"] == f"/conversations/{care.id}#m-{line.id}"
    assert (line.body, line.is_wordless) == ("File", True)
    nurse = await client_for(nurse_on_team)
    answer = await send(nurse, care.id, ("a.pdf", PDF), script=False)
    assert answer.headers["location"].startswith(f"/inbox/{care.id}#m-")


async def test_what_was_withdrawn_is_gone_for_the_patient_and_stays_for_the_record(
    client_for: ClientFor,
    database: Database,
    sender: Client,
    care: Conversation,
    nurse_on_team: Person,
) -> None:
    file_id = await sent_photo(sender, care.id)
    [line] = await lines(database, care)
    address = f"/conversations/{care.id}/files/{file_id}"
    answer = await sender.post(f"/conversations/{care.id}/messages/{line.id}/withdraw", seen="0")
    assert answer.status_code < 400
    nurse = await client_for(nurse_on_team)
    for client, page in ((sender, f"/conversations/{care.id}"), (nurse, f"/inbox/{care.id}")):
        assert str(file_id) not in (await client.get(page)).text
    assert [(await one.get(address)).status_code for one in (sender, nurse)] == [404, 200]
    history = await nurse.get(f"/conversations/{care.id}/messages/{line.id}/history")
    assert files_in(history.text) == [address]


async def test_a_photo_comes_over_the_socket_as_it_stands_in_the_page(
    server: Served, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    care, _ = await conversations_of(database, patient)
    sender = Client(server.app, *await sign_in(database, patient))
    async with page_of(server, nurse_on_team) as page:
        await page.follow(care)
        file_id = await sent_photo(sender, care.id)
        live = await page.hear("message")
        async with page_of(server, nurse_on_team) as later:
            [caught_up] = await later.follow(care, after=0)
    await sender.aclose()
    assert str(file_id) in live["html"]
    assert live == caught_up


async def test_who_looked_at_a_file_is_in_the_trail(
    database: Database,
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    nurse_on_team: Person,
) -> None:
    file_id = await sent_photo(sender, care.id)
    nurse = await client_for(nurse_on_team)
    for end in ("", "/thumbnail", "/thumbnail"):
        await nurse.get(f"/conversations/{care.id}/files/{file_id}{end}")
    async with database.read() as session:
        entries = (await session.exec(select(AuditEvent).order_by(col(AuditEvent.seq)))).all()
    of_nurse = [entry.tag for entry in entries if entry.actor_id == nurse_on_team.id]
    assert of_nurse == ["file:read", "conversation:read"]
    assert ("file:keep", file_id) in [(entry.tag, entry.subject_id) for entry in entries]
