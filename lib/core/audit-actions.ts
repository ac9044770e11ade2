/**
 * Everything that the audit log can say happened. Written events keep their names for good, so none is renamed or used for something
 * else. Each has a sentence for people (lib/usecases/activity-sentences.ts); those of a gateway's own chain are read by operators' tools alone.
 */
export const AUDIT_ACTIONS = [
  "account.created", "account.deactivated", "account.deleted", "account.factors_reset", "account.reactivated", "account.sessions_ended", "account.unlocked",
  "address.changed", "address.verified",
  "api_key.resealed", "api_key.rotated", "api_key.shown",
  "billing.changed",
  "block.lifted",
  "card.begun", "card.stopped",
  "client.cut", "client.cut_overdue", "client.enrolled", "client.expired", "client.extended", "client.issued", "client.key_took_over", "client.link_resent", "client.link_withdrawn", "client.prepared", "client.rekeyed", "client.resumed", "client.revoked", "client.shared", "client.shortened", "client.suspended",
  "clients.cut",
  "directory.disconnected", "directory.token_made",
  "gateway.added", "gateway.credential_rotated", "gateway.cut_off", "gateway.enrolled", "gateway.old_credential_used", "gateway.rotation_asked", "gateway.token_renewed",
  "identity.linked", "identity.unlinked",
  "instance.confirmed", "instance.drift", "instance.gone", "instance.key_changed", "instance.list_credential", "instance.moved", "instance.provisioned", "instance.taken_down",
  "license.made", "license.redeemed", "license.withdrawn",
  "member.demoted", "member.invitation_resent", "member.invitation_withdrawn", "member.invited", "member.joined", "member.lapsed", "member.left", "member.promoted", "member.reactivated", "member.removed", "member.returned", "member.suspended",
  "operator.granted", "operator.revoked", "operator.viewed",
  "ownership.offer_withdrawn", "ownership.offered", "ownership.transferred",
  "passkey.added", "passkey.begun", "passkey.removed", "passkey.renamed",
  "password.reset", "password.set",
  "plan.added", "plan.changed", "plan.retired",
  "policy.limit_relaxed", "policy.limit_tightened", "policy.peers_apart", "policy.peers_reach", "policy.shared_config_suspend", "policy.shared_config_warn", "policy.sign_in_again", "policy.sign_in_again_relaxed", "policy.two_factor_off", "policy.two_factor_on",
  "profile.changed",
  "recovery_code.used",
  "recovery_codes.replaced",
  "session.elevated", "session.ended", "session.ended_by_owner", "session.started",
  "sessions.ended",
  "sign_in.wrong_factor",
  "step_up.fresh_sign_in", "step_up.wrong_code",
  "subscription.created",
  "system.approved", "system.asked", "system.refused", "system.removed", "system.renamed",
  "totp.added", "totp.begun", "totp.removed", "totp.renamed", "totp.resealed",
  "warranties.imported",
  "warranty.changed", "warranty.handed_over", "warranty.offer_declined", "warranty.offer_withdrawn", "warranty.offered", "warranty.received", "warranty.registered",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
