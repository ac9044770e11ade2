import type { Actor } from "@/lib/auth/actor";
import { factorsOf } from "@/lib/auth/factors/factors-of";
import { providerOfIssuer } from "@/lib/auth/provider-of-issuer";
import { showsTwoFactors } from "@/lib/core/two-factor";
import { readAudit } from "@/lib/db/audit";
import { listIdentities, listLiveSessions, type OwnIdentity, type OwnSession } from "@/lib/db/security";
import { iso, isoOrNull } from "@/lib/db/values";
import { describeBrowser } from "@/lib/auth/source";
import type { Ports } from "@/lib/ports";
import type { ProviderSettings } from "@/lib/provider-settings";
import { activityView } from "@/lib/usecases/list-activity";
import type { FactorView, IdentityView, SecurityView, SessionView } from "@/lib/usecases/views";

const EVENTS = 20;

/** Everything about who can sign in as the actor, and who is. */
export async function viewSecurity(ports: Ports, actor: Actor): Promise<SecurityView> {
  const { read } = ports.db;
  const [factors, identities, sessions, events] = await Promise.all([
    factorsOf(read, actor.userId),
    listIdentities(read, actor.userId),
    listLiveSessions(read, actor.userId, ports.clock.now()),
    readAudit(read, actor.userId, EVENTS, null),
  ]);
  const { providers, passwordLogin } = ports.config;
  const linked = new Set(identities.map(({ issuer }) => providerOfIssuer(providers, issuer)?.id));
  const views = sessions.map((session) => sessionView(providers, actor, session));
  return {
    email: actor.email,
    identities: identities.map((identity) => identityView(providers, identity)),
    linkable: providers.filter(({ id }) => !linked.has(id)).map(({ id, name, icon }) => ({ id, name, icon })),
    totp: factors.totp.map(factorView),
    passkeys: factors.passkeys.map(factorView),
    recoveryCodesLeft: factors.recoveryCodesLeft,
    hasPassword: factors.password,
    passwordLogin,
    sessions: [...views.filter(({ current }) => current), ...views.filter(({ current }) => !current)],
    events: events.map(activityView),
  };
}

type Providers = readonly ProviderSettings[];

function identityView(providers: Providers, { id, issuer, email, createdAt, lastUsedAt }: OwnIdentity): IdentityView {
  const settings = providerOfIssuer(providers, issuer);
  return { id, provider: settings?.id ?? issuer, providerName: settings?.name ?? issuer, icon: settings?.icon ?? null, email, createdAt: iso(createdAt), lastUsedAt: iso(lastUsedAt) };
}

const factorView = ({ id, name, createdAt, lastUsedAt }: { id: string; name: string; createdAt: Date; lastUsedAt: Date | null }): FactorView => ({
  id,
  name,
  createdAt: iso(createdAt),
  lastUsedAt: isoOrNull(lastUsedAt),
});

function sessionView(providers: Providers, actor: Actor, session: OwnSession): SessionView {
  const settings = session.issuer === null ? null : providerOfIssuer(providers, session.issuer);
  const atProvider = session.method === "provider" && showsTwoFactors(session.amr, session.acr, settings?.mfaAcr ?? []);
  return {
    id: session.id,
    current: session.id === actor.sessionId,
    browser: describeBrowser(session.userAgent),
    address: session.address,
    createdAt: iso(session.createdAt),
    lastSeenAt: iso(session.lastSeenAt),
    method: session.method,
    providerName: session.issuer === null ? null : (settings?.name ?? session.issuer),
    twoFactor: !session.twoFactor ? null : atProvider ? "provider" : "portal",
  };
}
