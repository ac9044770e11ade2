/** A person's own settings. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { parseLocale, parsePersonName, parseTimeZone } from "@/lib/core/profile";
import { appendAudit } from "@/lib/db/audit";
import { countOwnClients, listSoleOwned, readProfile, writeProfile, type Profile } from "@/lib/db/users";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { AccountView } from "@/lib/usecases/views";

export async function viewAccount(ports: Ports, actor: Actor): Promise<AccountView> {
  const { read } = ports.db;
  const [profile, clients, soleOwnerOf] = await Promise.all([readProfile(read, actor.userId), countOwnClients(read, actor.userId), listSoleOwned(read, actor.userId)]);
  return { email: actor.email, name: profile.name, locale: profile.locale, timeZone: profile.timeZone, createdAt: iso(profile.createdAt), deletion: { clients, soleOwnerOf } };
}

/** Changes what is given, and nothing else. @throws bad_request naming the field */
export async function updateProfile(ports: Ports, actor: Actor, input: Partial<Profile>): Promise<AccountView> {
  const given: Partial<Profile> = {
    ...(input.name === undefined ? {} : { name: parsePersonName(input.name) }),
    ...(input.locale === undefined ? {} : { locale: parseLocale(input.locale) }),
    ...(input.timeZone === undefined ? {} : { timeZone: parseTimeZone(input.timeZone) }),
  };
  await ports.db.transaction(async (tx) => {
    const before = await readProfile(tx, actor.userId);
    const changed = (["name", "locale", "timeZone"] as const).filter((field) => given[field] !== undefined && given[field] !== before[field]);
    if (changed.length === 0) return;
    await writeProfile(tx, actor.userId, given);
    await appendAudit(tx, [
      { chain: actor.userId, at: ports.clock.now(), action: "profile.changed", actor: auditActor(actor), subject: { kind: "user", id: actor.userId }, sourceAddress: actor.source.address, data: { changed, ...given } },
    ]);
  });
  return viewAccount(ports, actor);
}
