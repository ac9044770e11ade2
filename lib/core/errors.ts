/**
 * Every way the portal refuses, as one closed union.
 *
 * An error has three texts: `code` (stable, for programs), `message` (for the person, in their words, safe to show),
 * and `detail` (for the operator's log; never shown, never a secret). `lib/http/status.ts` maps codes to HTTP statuses.
 */
export type ErrorCode =
  | "bad_request"
  | "not_signed_in"
  | "address_not_verified"
  | "forbidden"
  | "foreign_origin"
  | "not_found"
  | "address_taken"
  | "account_deactivated"
  | "nickname_invalid"
  | "public_key_invalid"
  | "public_key_in_use"
  | "sealed_key_invalid"
  | "subnet_full"
  | "plan_limit_reached"
  | "subscription_inactive"
  | "instance_not_ready"
  | "instance_exists"
  | "subnet_unusable"
  | "no_gateway_free"
  | "gateway_unusable"
  | "gateway_outdated"
  | "client_final"
  | "expiry_invalid"
  | "client_not_suspended"
  | "step_up_wrong_code"
  | "step_up_spent"
  | "step_up_expired"
  | "step_up_mismatch"
  | "step_up_too_soon"
  | "step_up_too_many"
  | "step_up_factor_refused"
  | "factor_name_invalid"
  | "last_factor"
  | "totp_wrong_code"
  | "passkey_refused"
  | "too_many_tries"
  | "credentials_wrong"
  | "code_wrong"
  | "password_weak"
  | "password_login_off"
  | "ticket_invalid"
  | "attempt_over"
  | "identity_taken"
  | "two_factor_required"
  | "sign_in_again"
  | "sole_owner"
  | "link_invalid"
  | "billing_ended"
  | "billing_invalid"
  | "plan_unavailable"
  | "license_invalid"
  | "card_not_offered"
  | "card_declined"
  | "card_unavailable"
  | "card_misconfigured"
  | "signature_invalid"
  | "warranty_serial_invalid"
  | "warranty_unavailable"
  | "warranty_offered"
  | "member_exists"
  | "invitation_exists"
  | "invitation_not_yours"
  | "ownership_offered"
  | "not_a_member"
  | "member_limit_reached"
  | "enrolment_not_yours"
  | "csv_invalid"
  | "enrolment_refused"
  | "gateway_unauthenticated"
  | "credential_unknown"
  | "systems_waiting"
  | "system_decided"
  | "protocol_unsupported"
  | "body_too_large"
  | "unavailable"
  | "internal";

/** Facts a caller may act on, by code: `triesLeft` (count), `retryAfterSeconds`, `field` (name of the bad input), `lines` (of a file, from 1, each with what is wrong with it). */
export interface ErrorFacts {
  triesLeft?: number;
  retryAfterSeconds?: number;
  field?: string;
  lines?: { line: number; reason: string }[];
}

export class PortcullisError extends Error {
  override readonly name = "PortcullisError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly facts: ErrorFacts = {},
    /** For the log only. */
    readonly detail?: string,
  ) {
    super(message);
  }
}

/** One answer for "no such thing", "not yours" and "wrong parent", so that none can be told from another (T3). */
export const notFound = (): PortcullisError => new PortcullisError("not_found", "There is nothing here, or it isn't yours to see.");
