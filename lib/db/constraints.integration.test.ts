/** Rules that PostgreSQL holds by itself, whoever writes: each is tried with the smallest write that would break it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGateway } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { revokeClient } from "@/lib/usecases/revoke-client";

let kit: Kit;
let acme: Tenant;
let other: Tenant;

beforeAll(async () => {
  kit = await openKit();
  acme = await makeTenant(kit);
  other = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
  await makeGateway(kit);
  await addClient(kit, acme.owner, acme.subscriptionId, "one");
  await addClient(kit, acme.owner, acme.subscriptionId, "two");
  const { userId } = await person(kit, "two.of.each@acme.test");
  for (const statement of TWO_OF_EACH) await kit.sql(statement, [userId]);
});
afterAll(() => kit.close());

/** For one person, who $1 is. */
const TWO_OF_EACH = [
  "INSERT INTO licenses SELECT gen_random_uuid(), (SELECT id FROM plans LIMIT 1), 30, '', now(), 'olga@operators.test' FROM generate_series(1, 2) WHERE $1::uuid IS NOT NULL",
  "INSERT INTO passwords VALUES ($1, '$argon2id$v=19$', now())",
  "INSERT INTO totp_devices SELECT gen_random_uuid(), $1, 'phone', '\\x00', 1, 6, 30, 1, NULL, NULL, 0, now(), now(), NULL FROM generate_series(1, 2)",
  "INSERT INTO recovery_codes SELECT gen_random_uuid(), $1, sha256(i::text::bytea), now(), NULL FROM generate_series(1, 2) i",
  "INSERT INTO passkeys SELECT gen_random_uuid(), $1, 'laptop', i::text::bytea, '\\x00', 0, '{}', false, now(), NULL FROM generate_series(1, 2) i",
  "INSERT INTO known_browsers SELECT gen_random_uuid(), $1, sha256(i::text::bytea), 'x', now(), now() FROM generate_series(1, 2) i",
  `INSERT INTO sign_in_attempts (id, user_id, token_hash, purpose, user_agent, created_at, expires_at)
   SELECT gen_random_uuid(), $1, sha256(i::text::bytea), 'sign_in', 'x', now(), now() FROM generate_series(1, 2) i`,
  `INSERT INTO link_intents SELECT gen_random_uuid(), sha256(i::text::bytea), $1, (SELECT id FROM sessions WHERE user_id = $1 LIMIT 1), 'oidc', now(), now(), NULL FROM generate_series(1, 2) i`,
  `INSERT INTO warranties SELECT gen_random_uuid(), 'SN-000' || i, 'Filer', '2027-01-01', '2029-12-31', now(), $1, now(), NULL FROM generate_series(1, 2) i`,
  "INSERT INTO warranty_transfers SELECT gen_random_uuid(), id, $1, 'bob@acme.test', now(), now() + interval '1 day', NULL FROM warranties",
  "INSERT INTO client_sightings (client_id, received_bytes, sent_bytes, observed_at) SELECT id, 0, 0, now() FROM access_clients WHERE $1::uuid IS NOT NULL",
  "INSERT INTO client_traffic_hours SELECT id, date_trunc('hour', now(), 'UTC'), 0, 0 FROM access_clients WHERE $1::uuid IS NOT NULL",
  "INSERT INTO client_traffic_days SELECT id, now(), 0, 0 FROM access_clients WHERE $1::uuid IS NOT NULL",
  "INSERT INTO peer_lists SELECT id, sha256(id::text::bytea), now() FROM instances WHERE $1::uuid IS NOT NULL",
  "INSERT INTO old_credentials SELECT sha256(id::text::bytea), id, now() FROM gateways WHERE $1::uuid IS NOT NULL",
  "INSERT INTO invitations SELECT gen_random_uuid(), s.id, i || '@acme.test', 'member', sha256((s.id::text || i)::bytea), $1, 1, now(), now(), now() + interval '1 day', NULL FROM subscriptions s, generate_series(1, 2) i",
  "INSERT INTO enrolments SELECT gen_random_uuid(), s.id, $1, m.user_id, 'phone', NULL, sha256((s.id::text || i || 'e')::bytea), 1, now(), now(), now() + interval '1 day', NULL, NULL FROM subscriptions s JOIN memberships m ON m.subscription_id = s.id, generate_series(1, 2) i",
  "INSERT INTO ownership_offers SELECT gen_random_uuid(), s.id, m.user_id, $1, now(), now() + interval '1 day', NULL FROM subscriptions s JOIN memberships m ON m.subscription_id = s.id",
  "INSERT INTO account_links SELECT gen_random_uuid(), $1, 'end_sessions', sha256(i::text::bytea), now(), now(), NULL FROM generate_series(1, 2) i",
  "INSERT INTO scim_tokens SELECT id, sha256(id::text::bytea), 'abcd', $1, now(), NULL FROM subscriptions",
  "INSERT INTO logout_tokens SELECT sha256(i::text::bytea), now() FROM generate_series(1, 2) i WHERE $1::uuid IS NOT NULL",
  "INSERT INTO card_accounts SELECT id, 'cus_' || replace(id::text, '-', ''), 'none', NULL, NULL, false, false, false, 0, NULL, now() FROM subscriptions WHERE $1::uuid IS NOT NULL",
  "INSERT INTO card_events SELECT 'evt_' || i, s.id, now() FROM (SELECT id FROM subscriptions LIMIT 1) s, generate_series(1, 2) i WHERE $1::uuid IS NOT NULL",
  "INSERT INTO api_keys SELECT id, sha256(id::text::bytea), '\\x00', 1, 'abcd', now() FROM subscriptions WHERE $1::uuid IS NOT NULL",
  "INSERT INTO systems SELECT gen_random_uuid(), s.id, sha256(i::text::bytea), 'nas', NULL, NULL, NULL, now(), now() + interval '1 day', NULL FROM subscriptions s, generate_series(1, 2) i WHERE $1::uuid IS NOT NULL",
];

/** One value in place of another, in every row: [constraint, table, assignment]. */
const REFUSED_UPDATES: [constraint: string, table: string, assignment: string][] = [
  ["users_email_normalised", "users", "email = 'Ada@acme.test'"],
  ["users_email_normalised", "users", "email = E'ada@acme.test\\nbcc: eve@evil.test'"],
  ["users_email_normalised", "users", "email = repeat('a', 255)"],
  ["users_email_key", "users", "email = 'same@acme.test'"],
  ["users_deleted_is_empty", "users", "deleted_at = now(), deactivated_at = now(), is_operator = false"],
  ["users_deleted_is_empty", "users", "deleted_at = now(), email = NULL, is_operator = false, deactivated_at = NULL"],
  ["users_deleted_is_empty", "users", "deleted_at = now(), deactivated_at = now(), email = NULL, is_operator = true"],
  ["identities_provider_subject_key", "identities", "subject = 'same'"],
  ["sessions_expire_later", "sessions", "expires_at = created_at"],
  ["plans_max_clients_positive", "plans", "max_clients = 0"],
  ["plans_max_client_days_positive", "plans", "max_client_days = 0"],
  ["licenses_days", "licenses", "days = 0"],
  ["licenses_redeemed_whole", "licenses", "redeemed_at = now()"],
  ["licenses_withdrawn_or_redeemed", "licenses", "withdrawn_at = now(), redeemed_at = now(), subscription_id = (SELECT id FROM subscriptions LIMIT 1)"],
  ["plans_max_members_positive", "plans", "max_members = 0"],
  ["plans_price_not_negative", "plans", "price = -1"],
  ["plans_currency", "plans", "currency = 'eur'"],
  ["plans_days", "plans", "grace_days = -1"],
  ["plans_days", "plans", "trial_days = 366"],
  ["plans_days", "plans", "retention_days = 366"],
  ["subscriptions_billing_until", "subscriptions", "billing_state = 'trial'"],
  ["subscriptions_billing_until", "subscriptions", "billing_state = 'past_due'"],
  ["subscriptions_billing_until", "subscriptions", "billing_state = 'cancelled'"],
  ["subscriptions_billing_until", "subscriptions", "billing_state = 'suspended', billing_until = now()"],
  ["subscriptions_cancels_at_end", "subscriptions", "cancels_at_end = true"],
  ["subscriptions_cancels_at_end", "subscriptions", "cancels_at_end = true, billing_state = 'past_due', billing_until = now()"],
  ["subscriptions_billing_reminded", "subscriptions", "billing_reminded = 1"],
  ["subscriptions_billing_reminded", "subscriptions", "billing_reminded = 3, billing_until = now()"],
  ["subscriptions_sign_in_days", "subscriptions", "sign_in_days = 0, sign_in_set_at = now()"],
  ["subscriptions_sign_in_days", "subscriptions", "sign_in_days = 366, sign_in_set_at = now()"],
  ["subscriptions_sign_in_set_at", "subscriptions", "sign_in_days = 30"],
  ["memberships_sign_in_reminded", "memberships", "sign_in_reminded = 1"],
  ["memberships_sign_in_reminded", "memberships", "sign_in_reminded = 3, sign_in_reminded_for = now()"],
  ["access_clients_owner_held", "access_clients", "owner_held = true, owner_id = NULL"],
  ["logout_tokens_hash_length", "logout_tokens", "hash = '\\x00'"],
  ["scim_tokens_token_hash_length", "scim_tokens", "token_hash = '\\x00'"],
  ["scim_tokens_token_hash_key", "scim_tokens", "token_hash = sha256('same')"],
  ["memberships_directory_id_key", "memberships", "directory_id = '00000000-0000-4000-8000-000000000001'"],
  ["memberships_owner_stays_active", "memberships", "deactivated_at = now(), role = 'owner'"],
  ["memberships_external_id", "memberships", "external_id = ''"],
  ["invitations_external_id", "invitations", "external_id = repeat('x', 1025)"],
  ["plans_card_price_form", "plans", "card_price = 'prod_1'"],
  ["card_accounts_customer_id_form", "card_accounts", "customer_id = 'Ada'"],
  ["card_accounts_customer_id_key", "card_accounts", "customer_id = 'cus_same'"],
  ["card_accounts_standing", "card_accounts", "standing = 'paid'"],
  ["card_accounts_standing", "card_accounts", "standing = 'stopped', reference = 'sub_1', standing_at = now()"],
  ["card_accounts_standing", "card_accounts", "renews = true"],
  ["card_accounts_standing", "card_accounts", "over = true"],
  ["card_accounts_reads", "card_accounts", "reads = -1"],
  ["card_accounts_reads", "card_accounts", "reads = 1"],
  ["card_events_id_form", "card_events", "id = 'told'"],
  ["subscriptions_client_days", "subscriptions", "client_days = 0"],
  ["subscriptions_client_days", "subscriptions", "client_days = 3651"],
  ["subscriptions_clients_per_member", "subscriptions", "clients_per_member = 0"],
  ["subscriptions_clients_per_member", "subscriptions", "clients_per_member = 1001"],
  ["plans_code_key", "plans", "code = 'same'"],
  ["gateways_revision_not_negative", "gateways", "revision = -1"],
  ["gateways_box_public_key_length", "gateways", "box_public_key = '\\x00'"],
  ["gateways_credential_hash_length", "gateways", "credential_hash = '\\x00'"],
  ["gateways_enrol_token_hash_length", "gateways", "enrol_token_hash = '\\x00'"],
  ["gateways_enrolled_whole", "gateways", "credential_hash = NULL, credential_made_at = NULL"],
  ["gateways_credential_dated", "gateways", "credential_made_at = NULL"],
  ["gateways_next_credential_hash_length", "gateways", "next_credential_hash = '\\x00'"],
  ["gateways_retired_credential_hash_length", "gateways", "retired_credential_hash = '\\x00', credential_retired_at = now()"],
  ["gateways_next_follows", "gateways", "next_credential_hash = sha256('x'), credential_hash = NULL, credential_made_at = NULL, enrolled_at = NULL"],
  ["gateways_retired_dated", "gateways", "credential_retired_at = now()"],
  ["gateways_cut_off_is_out", "gateways", "cut_off_at = now()"],
  ["gateways_next_credential_hash_key", "gateways", "next_credential_hash = sha256('same')"],
  ["gateways_retired_credential_hash_key", "gateways", "retired_credential_hash = sha256('same'), credential_retired_at = now()"],
  ["gateways_enrolled_whole", "gateways", "box_public_key = NULL"],
  ["gateways_name_key", "gateways", "name = 'same'"],
  ["gateways_credential_hash_key", "gateways", "credential_hash = decode(repeat('11', 32), 'hex')"],
  ["gateways_enrol_token_hash_key", "gateways", "enrol_token_hash = decode(repeat('11', 32), 'hex')"],
  ["gateways_agentless", "gateways", "agentless = true"],
  ["old_credentials_hash_length", "old_credentials", "hash = '\\x00'"],
  ["peer_lists_credential_hash_length", "peer_lists", "credential_hash = '\\x00'"],
  ["peer_lists_credential_hash_key", "peer_lists", "credential_hash = decode(repeat('11', 32), 'hex')"],
  ["peer_lists_fetched_whole", "peer_lists", "fetched_at = now()"],
  ["peer_lists_fetched_whole", "peer_lists", "fetched_revision = 1"],
  ["access_clients_shared_whole", "access_clients", "shared_detected_at = now()"],
  ["access_clients_shared_whole", "access_clients", "shared_networks = ARRAY['192.0.2.1']"],
  ["access_clients_shared_in_order", "access_clients", "shared_detected_at = now(), shared_last_at = now() - interval '1 second'"],
  ["access_clients_shared_networks_not_null", "access_clients", "shared_networks = NULL, shared_detected_at = now(), shared_last_at = now()"],
  ["gateway_changes_acknowledged_after_delivery", "gateway_changes", "acknowledged_at = now(), delivered_at = NULL"],
  ["instances_subnet_v4", "instances", "subnet_v4 = '10.0.0.0/8'"],
  ["instances_subnet_v4", "instances", "subnet_v4 = '10.77.0.0/30'"],
  ["instances_subnet_v4", "instances", "subnet_v4 = 'fd00::/64'"],
  ["instances_subnet_v6", "instances", "subnet_v6 = '2001:db8::/64'"],
  ["instances_subnet_v6", "instances", "subnet_v6 = 'fd00::/48'"],
  ["instances_tunnel_address_v4", "instances", "tunnel_address_v4 = '10.78.0.1'"],
  ["instances_tunnel_address_v6", "instances", "tunnel_address_v6 = 'fd00:1::1'"],
  ["instances_interface_name", "instances", "interface_name = 'pc-; rm -rf /'"],
  ["instances_listen_port", "instances", "listen_port = 0"],
  ["instances_public_key_length", "instances", "public_key = '\\x00'"],
  ["instances_mtu", "instances", "mtu = 1279"],
  ["instances_keepalive", "instances", "persistent_keepalive_seconds = 65536"],
  ["instances_next_host_index", "instances", "next_host_index = 1"],
  ["instances_live_clients", "instances", "live_clients = -1"],
  ["instances_ready_has_key", "instances", "public_key = NULL"],
  ["instances_deprovisioned_is_empty", "instances", "status = 'deprovisioned', live_clients = 1"],
  ["instances_one_a_port", "instances", "listen_port = 51820"],
  ["instances_one_an_interface", "instances", "interface_name = 'pc-00000000'"],
  ["access_clients_nickname_length", "access_clients", "nickname = ''"],
  ["access_clients_nickname_length", "access_clients", "nickname = repeat('x', 41)"],
  ["access_clients_nickname_length", "access_clients", "nickname = E'laptop\\nPostUp = evil'"],
  ["access_clients_public_key_length", "access_clients", "public_key = '\\x00'"],
  ["access_clients_public_key_key", "access_clients", "public_key = decode(repeat('11', 32), 'hex')"],
  ["access_clients_sealed_preshared_key_length", "access_clients", "sealed_preshared_key = '\\x00'"],
  ["access_clients_host_index", "access_clients", "host_index = 1"],
  ["access_clients_host_index_live", "access_clients", "host_index = 7"],
  ["access_clients_address_v4", "access_clients", "address_v4 = '10.77.0.0/24'"],
  ["access_clients_address_v4", "access_clients", "address_v4 = 'fd00::2'"],
  ["access_clients_address_v4_live", "access_clients", "address_v4 = '10.77.0.7'"],
  ["access_clients_address_v6", "access_clients", "address_v6 = '10.77.0.7'"],
  ["access_clients_address_v6_live", "access_clients", "address_v6 = 'fd00::7'"],
  ["access_clients_revoked_whole", "access_clients", "state = 'revoked'"],
  ["access_clients_revoked_whole", "access_clients", "revoked_at = now()"],
  ["access_clients_next_public_key_length", "access_clients", "next_public_key = '\\x00', next_key_at = now()"],
  ["access_clients_next_sealed_preshared_key_length", "access_clients", "next_public_key = decode(repeat('77', 32), 'hex'), next_key_at = now(), next_sealed_preshared_key = '\\x00'"],
  ["access_clients_next_public_key_key", "access_clients", "next_public_key = decode(repeat('77', 32), 'hex'), next_key_at = now()"],
  ["client_keys_public_key_length", "client_keys", "public_key = '\\x00'"],
  ["access_clients_next_key_whole", "access_clients", "next_key_at = now()"],
  ["access_clients_next_key_whole", "access_clients", "next_sealed_preshared_key = sealed_preshared_key"],
  ["access_clients_suspended_whole", "access_clients", "state = 'suspended'"],
  ["access_clients_suspended_whole", "access_clients", "suspended_at = now()"],
  ["access_clients_expired_has_an_end", "access_clients", "state = 'expired'"],
  ["access_clients_end_was_chosen", "access_clients", "expires_at = now()"],
  ["access_clients_reminded_days", "access_clients", "reminded_days = 7"],
  ["access_clients_reminded_days", "access_clients", "expires_at = now(), expiry_set_at = now(), reminded_days = 3"],
  ["access_clients_latest_change", "access_clients", "revision = 1000000"],
  ["access_clients_challenge_id_key", "access_clients", "challenge_id = '00000000-0000-4000-8000-000000000000'"],
  ["step_up_challenges_fresh_token_hash_length", "step_up_challenges", "fresh_token_hash = '\\x00'"],
  ["step_up_challenges_fresh_token_hash_key", "step_up_challenges", "fresh_token_hash = decode(repeat('11', 32), 'hex')"],
  ["step_up_challenges_tries", "step_up_challenges", "tries_left = -1"],
  ["step_up_challenges_tries", "step_up_challenges", "tries_left = 6"],
  ["step_up_challenges_parameters_hash_length", "step_up_challenges", "parameters_hash = '\\x00'"],
  ["step_up_challenges_ten_minutes", "step_up_challenges", "expires_at = created_at + interval '10 minutes 1 second'"],
  ["step_up_challenges_ten_minutes", "step_up_challenges", "expires_at = created_at"],
  ["sessions_identity_by_method", "sessions", "method = 'password'"],
  ["sessions_identity_by_method", "sessions", "method = 'passkey'"],
  ["passwords_are_argon2id", "passwords", "hash = 'tin lantern over the weir'"],
  ["passwords_are_argon2id", "passwords", "hash = '$argon2i$v=19$'"],
  ["totp_devices_settings", "totp_devices", "digits = 4"],
  ["totp_devices_settings", "totp_devices", "period_seconds = 3600"],
  ["totp_devices_settings", "totp_devices", '"window" = 3'],
  ["totp_devices_name_length", "totp_devices", "name = ''"],
  ["totp_devices_name_length", "totp_devices", "name = repeat('x', 41)"],
  ["totp_devices_key_version", "totp_devices", "key_version = 0"],
  ["recovery_codes_hash_length", "recovery_codes", "code_hash = 'ABCD-EFGH-JKLM'"],
  ["recovery_codes_user_id_code_hash_key", "recovery_codes", "code_hash = decode(repeat('11', 32), 'hex')"],
  ["passkeys_name_length", "passkeys", "name = ''"],
  ["passkeys_name_length", "passkeys", "name = repeat('x', 41)"],
  ["passkeys_credential_id_key", "passkeys", "credential_id = '\\x00'"],
  ["known_browsers_token_hash_length", "known_browsers", "token_hash = '\\x00'"],
  ["known_browsers_user_id_token_hash_key", "known_browsers", "token_hash = decode(repeat('11', 32), 'hex')"],
  ["sign_in_attempts_token_hash_length", "sign_in_attempts", "token_hash = '\\x00'"],
  ["sign_in_attempts_token_hash_key", "sign_in_attempts", "token_hash = decode(repeat('11', 32), 'hex')"],
  ["sign_in_attempts_ticket_hash_length", "sign_in_attempts", "ticket_hash = '\\x00'"],
  ["sign_in_attempts_ticket_hash_key", "sign_in_attempts", "ticket_hash = decode(repeat('11', 32), 'hex')"],
  ["sign_in_attempts_tries", "sign_in_attempts", "tries_left = -1"],
  ["sign_in_attempts_tries", "sign_in_attempts", "tries_left = 6"],
  ["link_intents_token_hash_length", "link_intents", "token_hash = '\\x00'"],
  ["link_intents_token_hash_key", "link_intents", "token_hash = decode(repeat('11', 32), 'hex')"],
  ["account_links_token_hash_length", "account_links", "token_hash = '\\x00'"],
  ["account_links_token_hash_key", "account_links", "token_hash = decode(repeat('11', 32), 'hex')"],
  ["warranties_serial_form", "warranties", "serial = 'sn-0001'"],
  ["warranties_serial_form", "warranties", "serial = 'SN 0001'"],
  ["warranties_serial_key", "warranties", "serial = 'SAME'"],
  ["warranties_model_form", "warranties", "model = ''"],
  ["warranties_span", "warranties", "ends_on = '2026-12-31'"],
  ["warranties_registered", "warranties", "owner_id = NULL"],
  ["warranties_reminded", "warranties", "reminded_days = 7"],
  ["warranty_transfers_open", "warranty_transfers", "warranty_id = (SELECT min(id::text)::uuid FROM warranties)"],
  ["warranty_transfers_span", "warranty_transfers", "expires_at = created_at"],
  ["invitations_no_owner", "invitations", "role = 'owner'"],
  ["invitations_token_hash_length", "invitations", "token_hash = '\\x00'"],
  ["invitations_token_hash_key", "invitations", "token_hash = sha256('same')"],
  ["invitations_sends", "invitations", "sends = 6"],
  ["invitations_span", "invitations", "expires_at = created_at"],
  ["invitations_span", "invitations", "expires_at = created_at + interval '8 days'"],
  ["invitations_open", "invitations", "email = 'same@acme.test'"],
  ["enrolments_for_another", "enrolments", "user_id = prepared_by_id"],
  ["enrolments_nickname_length", "enrolments", "nickname = ''"],
  ["enrolments_nickname_length", "enrolments", "nickname = E'laptop\\nPostUp = evil'"],
  ["enrolments_token_hash_length", "enrolments", "token_hash = '\\x00'"],
  ["enrolments_token_hash_key", "enrolments", "token_hash = sha256('same')"],
  ["enrolments_sends", "enrolments", "sends = 6"],
  ["enrolments_span", "enrolments", "expires_at = created_at"],
  ["enrolments_span", "enrolments", "expires_at = created_at + interval '8 days'"],
  ["enrolments_before_the_clients_end", "enrolments", "client_ends_at = created_at + interval '1 hour'"],
  ["enrolments_ended_whole", "enrolments", "ended_at = now()"],
  ["enrolments_ended_whole", "enrolments", "ended = 'used'"],
  ["ownership_offers_to_another", "ownership_offers", "to_user_id = from_user_id"],
  ["ownership_offers_span", "ownership_offers", "expires_at = created_at"],
  ["ownership_offers_span", "ownership_offers", "expires_at = created_at + interval '8 days'"],
  ["ownership_offers_open", "ownership_offers", "subscription_id = (SELECT min(id::text)::uuid FROM subscriptions)"],
  ["warranty_transfers_span", "warranty_transfers", "expires_at = created_at + interval '15 days'"],
  ["client_sightings_public_key_length", "client_sightings", "public_key = '\\x00'"],
  ["client_sightings_rates", "client_sightings", "sent_per_second = -1"],
  ["client_traffic_hours_whole", "client_traffic_hours", "hour = hour + interval '1 minute'"],
  ["client_traffic_hours_not_negative", "client_traffic_hours", "received_bytes = -1"],
  ["client_traffic_days_not_negative", "client_traffic_days", "sent_bytes = -1"],
  ["api_keys_key_hash_length", "api_keys", "key_hash = '\\x00'"],
  ["api_keys_key_hash_key", "api_keys", "key_hash = decode(repeat('11', 32), 'hex')"],
  ["api_keys_ending_length", "api_keys", "ending = 'all of the key'"],
  ["systems_public_key_length", "systems", "public_key = '\\x00'"],
  ["systems_subscription_id_public_key_key", "systems", "public_key = decode(repeat('11', 32), 'hex')"],
  ["systems_facts_length", "systems", "host_name = ''"],
  ["systems_facts_length", "systems", "serial = repeat('x', 65)"],
  ["systems_facts_length", "systems", "version = repeat('x', 65)"],
  ["systems_wait_ends", "systems", "expires_at = asked_at"],
  ["systems_wait_ends", "systems", "expires_at = asked_at + interval '3 days 1 second'"],
  ["access_clients_person_or_system", "access_clients", "owner_id = NULL"],
  ["access_clients_person_or_system", "access_clients", "system_id = (SELECT min(id::text)::uuid FROM systems s WHERE s.subscription_id = access_clients.subscription_id)"],
  ["access_clients_system_id_subscription_id_key", "access_clients", "owner_id = NULL, system_id = (SELECT min(id::text)::uuid FROM systems s WHERE s.subscription_id = access_clients.subscription_id)"],
  ["audit_chains_head_hash_length", "audit_chains", "head_hash = '\\x00'"],
];

const refusalOf = async (statement: string, values?: unknown[]): Promise<{ constraint?: string; message?: string }> =>
  kit.sql(statement, values).then(
    () => ({}),
    (error: { constraint?: string; message?: string }) => error,
  );

test.each(REFUSED_UPDATES)("%s refuses: update %s set %s", async (constraint, table, assignment) => {
  expect(await refusalOf(`UPDATE ${table} SET ${assignment}`)).toMatchObject({ constraint });
});

test("a client's trail is a list, and bounded", async () => {
  for (const seen of ["'{}'", "(SELECT jsonb_agg(n) FROM generate_series(1, 201) n)"]) {
    expect(await refusalOf(`INSERT INTO client_trails (client_id, seen, updated_at) SELECT id, ${seen}, now() FROM access_clients LIMIT 1`)).toMatchObject({ constraint: "client_trails_seen_bounded" });
  }
});

/** Held by another test in this file. */
const HELD_ELSEWHERE = ["client_trails_seen_bounded", "audit_events_hash_length", "audit_events_seq_positive", "instances_one_stands"];
/** Begin with an id that is unique by itself: they exist to be referred to, and no row can break them. */
const REFERENCE_TARGETS = ["instances_id_subscription_id_key", "systems_id_subscription_id_key"];

test("every check constraint and unique index has a write in this file that it refuses", async () => {
  const rules = await kit.sql<{ name: string }>(`
    SELECT conname AS name FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text NOT LIKE '\\_prisma%' AND connamespace = 'public'::regnamespace
    UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND NOT indisprimary AND indexrelid::regclass::text NOT LIKE 'pg\\_%'`);
  const tried = new Set([...REFUSED_UPDATES.map(([constraint]) => constraint), ...HELD_ELSEWHERE, ...REFERENCE_TARGETS]);
  expect(rules.length).toBeGreaterThan(40);
  expect(rules.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});

test("a subscription has one instance", async () => {
  expect(
    await refusalOf(
      `INSERT INTO instances SELECT gen_random_uuid(), subscription_id, gateway_id, name, status, subnet_v4, subnet_v6, tunnel_address_v4, tunnel_address_v6, 'pc-11111111', 60000,
         public_key, dns, mtu, persistent_keepalive_seconds, next_host_index, live_clients, created_at FROM instances WHERE id = $1`,
      [acme.instanceId],
    ),
  ).toMatchObject({ constraint: "instances_one_stands" });
});

test("T3: a client of one tenant on another tenant's instance can't be written", async () => {
  const constraint = "access_clients_instance_id_subscription_id_fkey";
  expect(await refusalOf("UPDATE access_clients SET subscription_id = $1", [other.subscriptionId])).toMatchObject({ constraint });
  expect(await refusalOf("UPDATE access_clients SET instance_id = $1", [other.instanceId])).toMatchObject({ constraint });
});

test("two tenants may use the same subnet, and the same addresses in it", async () => {
  const theirs = await addClient(kit, other.owner, other.subscriptionId, "one");
  const ours = await kit.sql("SELECT FROM access_clients WHERE subscription_id = $1 AND host(address_v4) = $2", [acme.subscriptionId, theirs.addressV4]);
  expect(ours).toHaveLength(1);
});

test("revoked is final, whoever writes", async () => {
  const client = await addClient(kit, acme.owner, acme.subscriptionId, "three");
  await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
  for (const state of ["active", "suspended", "expired"]) {
    expect((await refusalOf("UPDATE access_clients SET state = $2, revoked_at = NULL WHERE id = $1", [client.id, state])).message).toMatch(/revoked is final/);
  }
  expect(await kit.sql("SELECT state FROM access_clients WHERE id = $1", [client.id])).toEqual([{ state: "revoked" }]);
});

test("deprovisioned is final, whoever writes", async () => {
  await kit.sql(
    `INSERT INTO instances SELECT gen_random_uuid(), subscription_id, gateway_id, name, 'deprovisioned', subnet_v4, subnet_v6, tunnel_address_v4, tunnel_address_v6, interface_name, listen_port,
       public_key, dns, mtu, persistent_keepalive_seconds, next_host_index, 0, created_at FROM instances WHERE id = $1`,
    [acme.instanceId],
  );
  for (const status of ["provisioning", "ready", "failed"]) {
    expect((await refusalOf("UPDATE instances SET status = $1 WHERE status = 'deprovisioned'", [status])).message).toMatch(/deprovisioned, which is final/);
  }
  await kit.sql("DELETE FROM instances WHERE status = 'deprovisioned'");
});

test("a subscription that has ended stays so, whoever writes", async () => {
  const { subscriptionId } = await makeTenant(kit, { name: "over", gateway: acme.gateway });
  await kit.sql("UPDATE subscriptions SET billing_state = 'ended' WHERE id = $1", [subscriptionId]);
  for (const state of ["pending", "active", "suspended"]) expect((await refusalOf("UPDATE subscriptions SET billing_state = $2 WHERE id = $1", [subscriptionId, state])).message).toMatch(/ended, which is final/);
});

test("a revoked client's key is never used again, and its address is", async () => {
  const client = await addClient(kit, acme.owner, acme.subscriptionId, "four");
  await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
  const move = "UPDATE access_clients SET public_key = CASE WHEN $3 THEN dead.public_key ELSE c.public_key END, host_index = dead.host_index FROM access_clients c, access_clients dead WHERE access_clients.id = c.id AND c.id = (SELECT id FROM access_clients WHERE subscription_id = $1 AND state = 'active' LIMIT 1) AND dead.id = $2";
  expect(await refusalOf(move, [acme.subscriptionId, client.id, true])).toMatchObject({ constraint: "access_clients_public_key_key" });
  expect(await refusalOf(move, [acme.subscriptionId, client.id, false])).toEqual({});
});

test("the audit log only grows: no update, no delete, no truncate", async () => {
  for (const statement of ["UPDATE audit_events SET actor_label = 'nobody'", "DELETE FROM audit_events", "TRUNCATE audit_events"]) {
    expect((await refusalOf(statement)).message).toMatch(/never changed or removed/);
  }
});

test("an audit event has a whole hash and a place in its chain", async () => {
  const insert = "INSERT INTO audit_events SELECT id, $1, now(), 'test', 'portal', NULL, 'portal', false, NULL, NULL, NULL, '{}', decode(repeat('00', $2), 'hex') FROM audit_chains LIMIT 1";
  expect(await refusalOf(insert, [0, 32])).toMatchObject({ constraint: "audit_events_seq_positive" });
  expect(await refusalOf(insert, [1_000_000, 31])).toMatchObject({ constraint: "audit_events_hash_length" });
});
