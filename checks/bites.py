"""The table of `make bite`: each protection, the line that it is, what removes it, the test that sees it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bite:
    """A protection taken out: `old`, which stands once in `file`, becomes `new`; one of `tests` turns red."""

    protection: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


SRC = "src/cambist"
QUERIES = f"{SRC}/store/queries"
ERRORS = "tests/api/test_errors.py::"
LIMITS = "tests/api/test_limits.py::"
ENVELOPE = "tests/vault/test_envelope.py::"
REDACTION = "tests/exchanges/test_redaction.py::"
ANSWERS = "tests/api/test_answers.py::"
OF_ANSWERS = "tests/exchanges/test_redaction_of_answers.py::"
AUDIT = "tests/store/test_audit.py::"
STRICT = "tests/api/test_strict_keys.py::"
SESSIONS = "tests/web/test_sessions.py::"
WEB = "tests/web/test_doors.py::"
WAY_OUT = "tests/outward/test_destinations.py::"
EGRESS_OUT = "tests/outward/test_egress.py::"
EGRESS = "tests/api/test_egress.py::"
RIGHTS = "tests/actions/test_rights.py::"
COURIER = "tests/worker/test_courier.py::"
CONTROL = "tests/actions/test_control.py::"
TENANTS = "tests/api/test_tenants.py::"
FOREIGN = "tests/api/test_matrix.py::test_an_account_of_someone_else_is_answered_as_one_that_does_not_exist"

BITES = (
    Bite(
        "signature check",
        f"{SRC}/actions/authenticate.py",
        "if not await self._matches(key, request):",
        "if False:",
        (f"{ERRORS}test_a_missing_malformed_or_wrong_signature_is_invalid",),
    ),
    Bite(
        "signature check: HMAC",
        f"{SRC}/vault/signatures.py",
        "return any(matches)",
        "return bool(matches)",
        (
            "tests/vault/test_signatures.py::test_a_published_signature_matches_no_other_text_and_no_other_secret",
        ),
    ),
    Bite(
        "signature check: RSA",
        f"{SRC}/vault/signatures.py",
        "            continue\n",
        "            pass\n",
        ("tests/vault/test_signatures.py::test_an_rsa_signature_matches_no_other_text_and_no_other_key",),
    ),
    Bite(
        "signature covers the body",
        f"{SRC}/api/signing.py",
        "    return with_body, without_body\n",
        "    return [*with_body, *without_body], ()\n",
        ("tests/api/test_signing.py::test_a_body_may_stay_unsigned_only_for_a_key_that_opted_in",),
    ),
    Bite(
        "AAD binding",
        f"{SRC}/vault/envelope.py",
        '    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)',
        '    return b""',
        (f"{ENVELOPE}test_a_sealed_text_belongs_to_its_user_record_field_and_key",),
    ),
    Bite(
        "AAD binding: the user",
        f"{SRC}/vault/envelope.py",
        "str(place.user_id).encode(), ",
        "",
        (f"{ENVELOPE}test_a_sealed_text_belongs_to_its_user_record_field_and_key",),
    ),
    Bite(
        "AAD binding: lengths",
        f"{SRC}/vault/envelope.py",
        'len(part).to_bytes(4, "big") + part for',
        "part for",
        (f"{ENVELOPE}test_a_sealed_text_belongs_to_its_user_record_field_and_key",),
    ),
    Bite(
        "key check value",
        f"{SRC}/vault/sources.py",
        "key_that(lambda key: key.check == check, source)",
        "key_that(lambda key: True, source)",
        ("tests/cli/test_installation.py::test_another_key_than_the_one_of_the_data_is_refused",),
    ),
    Bite(
        "master key readable by its owner only",
        f"{SRC}/vault/master_key.py",
        "if mode & _TOO_OPEN:",
        "if False:",
        (
            "tests/vault/test_master_key.py::test_a_key_that_others_can_touch_is_refused_with_the_command_that_mends_it",
        ),
    ),
    Bite(
        "secret repr",
        f"{SRC}/core/terms.py",
        'return "Secret(…)"',
        'return f"Secret({self._text})"',
        ("tests/core/test_terms.py::test_a_secret_does_not_print",),
    ),
    Bite(
        "tenant filter: an account",
        f"{QUERIES}/accounts.sql",
        "SELECT * FROM accounts WHERE id = :id AND user_id = :user_id AND",
        "SELECT * FROM accounts WHERE id = :id AND (user_id = :user_id OR TRUE) AND",
        (f"{FOREIGN}[GET /ver1/accounts/{{id}}]",),
    ),
    Bite(
        "tenant filter: the list",
        f"{QUERIES}/accounts.sql",
        "SELECT * FROM accounts\nWHERE user_id = :user_id AND removed_at IS NULL AND (",
        "SELECT * FROM accounts\nWHERE (user_id = :user_id OR TRUE) AND removed_at IS NULL AND (",
        (f"{FOREIGN}[GET /ver1/accounts/{{id}}]",),
    ),
    Bite(
        "tenant filter: a load's keys",
        f"{QUERIES}/loads.sql",
        "WHERE accounts.id = :id AND accounts.user_id = :user_id AND",
        "WHERE accounts.id = :id AND (accounts.user_id = :user_id OR TRUE) AND",
        (f"{FOREIGN}[POST /ver1/accounts/{{id}}/load_balances]",),
    ),
    Bite(
        "tenant filter: removal",
        f"{QUERIES}/accounts.sql",
        "removed_at = :at, updated_at = :at\nWHERE id = :id AND user_id = :user_id AND",
        "removed_at = :at, updated_at = :at\nWHERE id = :id AND (user_id = :user_id OR TRUE) AND",
        (f"{FOREIGN}[POST /ver1/accounts/{{id}}/remove]",),
    ),
    Bite(
        "tenant filter: the summary",
        f"{QUERIES}/accounts.sql",
        "WHERE user_id = :user_id AND removed_at IS NULL AND include_in_summary",
        "WHERE (user_id = :user_id OR TRUE) AND removed_at IS NULL AND include_in_summary",
        (f"{TENANTS}test_summary_and_types_to_connect_are_of_ones_own_accounts_only",),
    ),
    Bite(
        "tenant filter: what is connected",
        f"{QUERIES}/accounts.sql",
        "SELECT DISTINCT market FROM accounts\nWHERE user_id = :user_id AND",
        "SELECT DISTINCT market FROM accounts\nWHERE (user_id = :user_id OR TRUE) AND",
        (f"{TENANTS}test_summary_and_types_to_connect_are_of_ones_own_accounts_only",),
    ),
    Bite(
        "tenant filter: a receipt",
        f"{QUERIES}/history.sql",
        "AND accounts.user_id = :user_id AND accounts.removed_at IS NULL",
        "AND (accounts.user_id = :user_id OR TRUE) AND accounts.removed_at IS NULL",
        (f"{TENANTS}test_a_load_is_kept_for_its_own_user_only",),
    ),
    Bite(
        "tenant filter: a receipt of another account",
        f"{SRC}/api/receipts.py",
        "if kept.account.id != account.id:",
        "if False:",
        ("tests/api/test_receipts.py::test_a_receipt_is_found_with_its_own_account_only",),
    ),
    Bite(
        "tenant filter: an exchange's answers",
        f"{QUERIES}/answers.sql",
        "AND accounts.user_id = :user_id AND accounts.removed_at IS NULL",
        "AND (accounts.user_id = :user_id OR TRUE) AND accounts.removed_at IS NULL",
        (f"{TENANTS}test_the_answers_to_a_load_are_kept_for_its_own_user_only",),
    ),
    Bite(
        "tenant filter: an exchange's answers to another account",
        f"{QUERIES}/answers.sql",
        "AND accounts.id = COALESCE(:account_id, accounts.id)",
        "AND (accounts.id = COALESCE(:account_id, accounts.id) OR TRUE)",
        (f"{ANSWERS}test_answers_are_found_with_their_own_account_only_and_go_with_it",),
    ),
    Bite(
        "tenant filter: revoking a key",
        f"{QUERIES}/api_keys.sql",
        "WHERE api_key = :api_key AND user_id = :user_id;",
        "WHERE api_key = :api_key AND (user_id = :user_id OR TRUE);",
        ("tests/store/test_users_and_keys.py::test_a_key_of_another_user_cannot_be_revoked",),
    ),
    Bite(
        "constant shape of 404",
        f"{SRC}/api/errors.py",
        "    (errors.NotFound, *NOT_FOUND),",
        "    (errors.NotFound, 404, NOT_FOUND[1], None),",
        (f"{TENANTS}test_whatever_is_not_found_is_answered_in_the_same_words",),
    ),
    Bite(
        "permission check",
        f"{SRC}/actions/authenticate.py",
        "if needed is not None and needed not in caller.permissions:",
        "if False:",
        (f"{ERRORS}test_reading_does_not_let_write_nor_writing_read",),
    ),
    Bite(
        "an ended key",
        f"{SRC}/actions/authenticate.py",
        "(key.expires_at is None or now < key.expires_at)",
        "True",
        (f"{ERRORS}test_an_expired_key_works_until_it_ends_and_never_after",),
    ),
    Bite(
        "a revoked key",
        f"{SRC}/actions/authenticate.py",
        "return key.revoked_at is None and",
        "return",
        (f"{ERRORS}test_a_revoked_registered_key_is_told_so",),
    ),
    Bite(
        "allow-list",
        f"{SRC}/actions/authenticate.py",
        "if key.allow and not within(address, key.allow):",
        "if False:",
        (f"{LIMITS}test_a_key_with_networks_works_from_these_only",),
    ),
    Bite(
        "rate limit",
        f"{SRC}/actions/limit_requests.py",
        "if self._traffic.count(subject, now, MINUTE) > self._limits.requests_a_minute:",
        "if False:",
        (f"{LIMITS}test_the_100th_request_of_an_address_passes_the_101st_does_not_and_after_300_s_it_does",),
    ),
    Bite(
        "forwarded addresses from trusted proxies only",
        f"{SRC}/core/addresses.py",
        "if trusted and within(found, trusted):",
        "if True:",
        (f"{LIMITS}test_a_forged_header_changes_nothing_where_the_connection_is_not_from_a_trusted_proxy",),
    ),
    Bite(
        "body size cap",
        f"{SRC}/api/app.py",
        "if len(body) > MAX_BODY_BYTES:",
        "if False:",
        (f"{ERRORS}test_a_body_over_256_kib_is_refused_before_it_is_whole",),
    ),
    Bite(
        "header size cap",
        f"{SRC}/api/server.py",
        "if self._header_bytes > MAX_HEADER_BYTES:",
        "if False:",
        (f"{ERRORS}test_headers_over_16_kib_are_refused_and_the_server_goes_on",),
    ),
    Bite(
        "packed bodies refused",
        f"{SRC}/api/app.py",
        'if request.headers.get("content-encoding", "identity") != "identity":',
        "if False:",
        (f"{ERRORS}test_a_body_that_is_neither_form_nor_json_is_refused",),
    ),
    Bite(
        "answer size cap",
        f"{SRC}/outward/session.py",
        "if len(decoded) > most:",
        "if False:",
        ("tests/outward/test_limits.py::test_an_answer_may_be_exactly_as_large_as_the_limit",),
    ),
    Bite(
        "gzip cap",
        f"{SRC}/outward/session.py",
        "unpack.decompress(chunk, most + 1 - len(decoded))",
        "unpack.decompress(chunk)",
        ("tests/outward/test_limits.py::test_a_small_answer_that_unpacks_into_a_huge_one_takes_no_memory",),
    ),
    Bite(
        "redirect refusal: not followed",
        f"{SRC}/outward/session.py",
        "allow_redirects=False",
        "allow_redirects=True",
        ("tests/outward/test_destinations.py::test_a_redirect_is_never_followed",),
    ),
    Bite(
        "redirect refusal: an error",
        f"{SRC}/outward/session.py",
        "if 300 <= response.status < 400:",
        "if False:",
        ("tests/outward/test_destinations.py::test_a_redirect_is_never_followed",),
    ),
    Bite(
        "redaction of exchange words: secrets",
        f"{SRC}/exchanges/failures.py",
        'words = words.replace(secret, "…") if secret else words',
        "pass",
        (f"{REDACTION}test_an_exchanges_words_are_shown_without_what_is_secret",),
    ),
    Bite(
        "redaction of exchange words: addresses and signatures",
        f"{SRC}/exchanges/failures.py",
        r"""words = re.sub(r"https?://\S+|\bsignature=\S+", "…", words, flags=re.IGNORECASE)""",
        "pass",
        (f"{REDACTION}test_an_exchanges_words_are_shown_without_what_is_secret",),
    ),
    Bite(
        "redaction of answers kept: secrets",
        f"{SRC}/exchanges/redaction.py",
        "for form in forms:",
        "for form in ():",
        (f"{ANSWERS}test_secrets_that_the_exchange_says_back_are_not_kept",),
    ),
    Bite(
        "redaction of answers kept: in any writing",
        f"{SRC}/exchanges/redaction.py",
        "for _ in range(_DEPTH):",
        "for _ in range(0):",
        (f"{OF_ANSWERS}test_a_secret_that_is_echoed_goes_and_nothing_else_does",),
    ),
    Bite(
        "redaction of answers kept: what is called a signature",
        f"{SRC}/exchanges/redaction.py",
        'if b"sig" in text.lower():',
        "if False:",
        (f"{OF_ANSWERS}test_what_is_called_a_signature_goes",),
    ),
    Bite(
        "redaction of answers kept: the signature that was sent",
        f"{SRC}/exchanges/client.py",
        "hidden = {*self.secrets, *sent_tokens(url, sent, body)}",
        "hidden = {*self.secrets}",
        (
            "tests/exchanges/test_raw_answers.py::test_nothing_secret_is_taken_down_of_a_request_that_is_said_back",
        ),
    ),
    Bite(
        "erasing a removed account's answers",
        f"{SRC}/store/accounts.py",
        "            queries.erase_answers(connection, account_id=account_id)\n",
        "",
        (
            "tests/store/test_answers.py::test_a_removed_account_leaves_no_answers_not_even_of_a_load_that_runs",
        ),
    ),
    Bite(
        "audit chain: a link",
        f"{SRC}/store/audit.py",
        'if expected is None or not hmac.compare_digest(expected, row["link"]):',
        "if expected is None:",
        (f"{AUDIT}test_a_changed_entry_is_found",),
    ),
    Bite(
        "audit chain: to the one before",
        f"{SRC}/core/audit.py",
        "return before + _text",
        "return _text",
        (f"{AUDIT}test_the_chain_is_the_one_that_is_written_down_here",),
    ),
    Bite(
        "audit chain: a missing entry",
        f"{SRC}/store/audit.py",
        'if row["id"] != number:',
        "if False:",
        (f"{AUDIT}test_a_missing_a_moved_and_a_forged_entry_are_found",),
    ),
    Bite(
        "audit before use: a load",
        f"{SRC}/store/loads.py",
        "self._audit.append(connection, used)",
        "pass",
        (f"{AUDIT}test_every_use_of_exchange_keys_leaves_its_entry",),
    ),
    Bite(
        "audit before use: beside loads",
        f"{SRC}/store/key_uses.py",
        "self._audit.append(connection, used)",
        "pass",
        (f"{AUDIT}test_every_use_of_exchange_keys_leaves_its_entry",),
    ),
    Bite(
        "erasing a removed account's keys",
        f"{QUERIES}/accounts.sql",
        "UPDATE accounts SET secret = NULL, passphrase = NULL, removed_at",
        "UPDATE accounts SET removed_at",
        ("tests/store/test_accounts.py::test_a_removed_account_is_found_by_nobody_and_its_keys_are_gone",),
    ),
    Bite(
        "strict: nonce",
        f"{SRC}/actions/authenticate.py",
        "if self._outside.nonces.spend(key.id, stamp, now) > 1:",
        "if False:",
        (f"{STRICT}test_a_request_is_good_once_and_its_replays_are_in_the_audit_log",),
    ),
    Bite(
        "strict: window",
        f"{SRC}/actions/authenticate.py",
        "if not stamp.holds(now):",
        "if False:",
        (f"{STRICT}test_a_signature_holds_for_60_seconds_and_5_of_a_clock_ahead",),
    ),
    Bite(
        "host names",
        f"{SRC}/core/doors.py",
        'return None if found is None else found[1].rstrip(".")',
        'return "localhost"',
        ("tests/api/test_hosts.py::test_another_host_is_refused_on_every_route_signed_or_not",),
    ),
    Bite(
        "origin of a post",
        f"{SRC}/core/doors.py",
        "        return origin == origin_of(public_url)",
        "        return True",
        (f"{WEB}test_a_post_that_no_page_of_ours_sent_does_nothing",),
    ),
    Bite(
        "local paths only",
        f"{SRC}/core/doors.py",
        "if text is None or len(text) > _MAX_PATH or not _LOCAL_PATH.fullmatch(text):",
        "if text is None:",
        (f"{WEB}test_after_a_post_a_browser_is_led_to_no_other_place",),
    ),
    Bite(
        "session: idle time",
        f"{SRC}/core/sessions.py",
        " and now < self.seen_at + IDLE",
        "",
        (f"{SESSIONS}test_a_session_ends_when_it_is_idle_for_30_minutes",),
    ),
    Bite(
        "session: longest time",
        f"{SRC}/core/sessions.py",
        "now < self.created_at + LONGEST and ",
        "",
        (f"{SESSIONS}test_a_session_ends_after_12_hours_however_much_it_is_used",),
    ),
    Bite(
        "session: only its own person ends it",
        f"{QUERIES}/sessions.sql",
        "DELETE FROM sessions WHERE id = :id AND user_id = :user_id;",
        "DELETE FROM sessions WHERE id = :id AND (user_id = :user_id OR TRUE);",
        (f"{SESSIONS}test_a_session_of_somebody_else_is_neither_seen_nor_ended",),
    ),
    Bite(
        "sign-in: pauses after failures",
        f"{SRC}/core/sessions.py",
        "FREE_FAILURES = 5",
        "FREE_FAILURES = 5_000",
        ("tests/web/test_signing_in.py::test_attempts_of_the_same_moment_are_no_more_than_five",),
    ),
    Bite(
        "way out: public addresses only",
        f"{SRC}/core/addresses.py",
        "return place.is_global and not within(place, _NOT_PUBLIC)",
        "return True",
        (
            "tests/core/test_public_addresses.py::"
            "test_an_address_of_a_private_special_or_wrapped_private_network_is_not_public",
        ),
    ),
    Bite(
        "way out: the socket looks again",
        f"{SRC}/outward/connecting.py",
        "if not is_named and not is_public(address(place)):",
        "if False:",
        (f"{WAY_OUT}test_the_socket_refuses_what_went_past_the_look_up",),
    ),
    Bite(
        "egress: the socket is bound",
        f"{SRC}/outward/connecting.py",
        "made.bind((here, 0))",
        "pass",
        (f"{EGRESS_OUT}test_each_session_leaves_from_its_own_address",),
    ),
    Bite(
        "egress: a tunnel leads to the address that was checked",
        f"{SRC}/outward/proxy.py",
        "return goal.with_host(places[0]), {",
        "return goal, {",
        (f"{EGRESS_OUT}test_a_tunnel_leads_to_the_address_that_was_checked_and_tls_is_spoken_with_the_name",),
    ),
    Bite(
        "egress: the name is checked before a proxy is asked",
        f"{SRC}/outward/proxy.py",
        "places = deque() if is_named else await",
        "places = deque() if True else await",
        (f"{EGRESS_OUT}test_a_name_that_leads_to_a_private_place_is_refused_and_the_proxy_not_asked",),
    ),
    Bite(
        "egress: a proxy is told its password, and nobody else",
        f"{SRC}/outward/proxy.py",
        'own = {"headers": {**headers, "Host"',
        'own = {"headers": {**headers, **self._credentials, "Host"',
        (f"{EGRESS_OUT}test_a_tunnel_leads_to_the_address_that_was_checked_and_tls_is_spoken_with_the_name",),
    ),
    Bite(
        "egress: what a proxy refuses is not the exchange's word",
        f"{SRC}/outward/proxy.py",
        "if response.status == PROXY_AUTHENTICATION_REQUIRED:",
        "if False:",
        (f"{EGRESS}test_an_account_behind_a_proxy_is_seen_at_the_address_of_the_proxy_alone",),
    ),
    Bite(
        "egress: settings show no password of a proxy",
        f"{SRC}/cli/installation.py",
        "else without_credentials(egress.proxy)",
        "else egress.proxy.reveal()",
        ("tests/cli/test_egress.py::test_settings_show_a_proxy_without_its_name_and_password",),
    ),
    Bite(
        "egress: an account goes by no other than its own",
        f"{SRC}/exchanges/ways.py",
        "return self._by_name[name]",
        "return self._by_name.get(name, self.first)",
        (f"{EGRESS}test_an_account_whose_egress_is_no_longer_named_goes_by_no_other",),
    ),
    Bite(
        "egress: each way's calls leave by its own session",
        f"{SRC}/exchanges/exchange.py",
        "client.session_of_ours = way.session",
        "pass",
        (f"{EGRESS}test_new_accounts_go_by_the_least_used_egress_and_every_call_with_their_keys_by_that",),
    ),
    Bite(
        "egress: keys are called invalid only from where they worked",
        f"{SRC}/exchanges/refusals.py",
        "and credentials.worked_from == egress.shows:",
        "and True:",
        (f"{EGRESS}test_keys_are_called_invalid_only_from_the_address_where_they_worked_last",),
    ),
    Bite(
        "egress: the keys of another user do not tell where they go",
        f"{QUERIES}/accounts.sql",
        "MAX(user_id = :user_id AND api_key = :api_key)",
        "MAX((user_id = :user_id OR TRUE) AND api_key = :api_key)",
        (f"{EGRESS}test_accounts_of_others_and_of_before_count_but_their_keys_are_not_mine",),
    ),
    Bite(
        "exchange keys that may withdraw",
        f"{SRC}/actions/try_keys.py",
        "if rights.withdraw and not outside.rules.allow_withdraw_keys:",
        "if False:",
        (f"{RIGHTS}test_a_key_that_may_withdraw_is_not_connected_and_only_the_record_is_kept",),
    ),
    Bite(
        "control: only its own user's",
        f"{QUERIES}/controls.sql",
        "AND accounts.user_id = :user_id AND",
        "AND (accounts.user_id = :user_id OR TRUE) AND",
        (f"{CONTROL}test_what_is_kept_is_its_own_users_and_broken_keeping_is_told",),
    ),
    Bite(
        "events are told to their own user",
        f"{QUERIES}/events.sql",
        "WHERE user_id = :user_id AND id > :after AND id <= :until",
        "WHERE (user_id = :user_id OR TRUE) AND id > :after AND id <= :until",
        ("tests/api/test_events.py::test_nobody_is_told_of_another_users_accounts",),
    ),
    Bite(
        "a stream ends with its key",
        f"{SRC}/api/events.py",
        "return not streams.ended and await still_may(outside, api_key, Permission.ACCOUNTS_READ)",
        "return not streams.ended",
        (
            "tests/api/test_events.py::test_what_another_process_does_is_told_and_a_revoked_key_ends_its_stream",
        ),
    ),
    Bite(
        "streams of a user are bounded",
        f"{SRC}/api/streaming.py",
        "if self._open[user_id] >= MOST_OF_A_USER or self._open.total() >= MOST_OF_ALL:",
        "if False:",
        ("tests/api/test_events.py::test_streams_of_a_user_are_bounded_and_a_place_is_free_when_one_goes",),
    ),
    Bite(
        "a webhook leads to a public address",
        f"{SRC}/actions/keep_webhook.py",
        "    outside.post.check(url)\n",
        "",
        (f"{COURIER}test_nothing_is_sent_where_it_may_not_be",),
    ),
    Bite(
        "webhooks are their own user's",
        f"{QUERIES}/webhooks.sql",
        "WHERE webhooks.id = :id AND user_id = :user_id;",
        "WHERE webhooks.id = :id AND (user_id = :user_id OR TRUE);",
        (f"{COURIER}test_webhooks_and_thresholds_are_ones_own_bounded_and_go_when_they_are_to",),
    ),
    Bite(
        "a try is one process's",
        f"{QUERIES}/webhooks.sql",
        "UPDATE deliveries SET tried = tried + 1, due_at = :until",
        "UPDATE deliveries SET tried = tried + 1, due_at = due_at + 0 * :until",
        (f"{COURIER}test_two_processes_never_make_the_same_try_at_once",),
    ),
    Bite(
        "revoking everything disables webhooks",
        f"{SRC}/store/revocation.py",
        "queries.disable_webhooks(connection, user_id=user_id, at=now, why=REVOKED)",
        "0",
        (f"{COURIER}test_webhooks_and_thresholds_are_ones_own_bounded_and_go_when_they_are_to",),
    ),
)
