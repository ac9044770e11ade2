/**
 * Replaces the gateway's credential when the portal asks for it. Each step is on disk before the next, so that an agent that is killed at
 * any instant authenticates with one that the portal knows: the next credential counts from its first use, and until then the old one does.
 */
import { type Identity, type IdentityStore, newCredential } from "@/agent/identity";
import { type Log, textOf } from "@/agent/log";
import type { PortalClient } from "@/agent/portal-client";

export class Rotation {
  private running = false;

  constructor(
    private readonly parts: { identities: IdentityStore; portal: PortalClient; log: Log; makeCredential?: () => string },
    private identity: Identity,
  ) {}

  /** One at a time; what fails is asked for again by the portal's next answer. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.running) return;
    this.running = true;
    const { identities, portal, log, makeCredential = newCredential } = this.parts;
    try {
      const next = this.identity.nextCredential ?? makeCredential();
      await this.keep({ ...this.identity, nextCredential: next });
      await portal.handInCredential({ credential: next }, signal);
      const { credential } = this.identity;
      await this.keep({ ...this.identity, credential: next, formerCredential: credential, nextCredential: null });
      portal.useCredential(next, credential);
      log("credential_rotated");
    } catch (error) {
      if (!signal.aborted) log("rotation_failed", { reason: textOf(error) });
      // One that the portal doesn't take is no use a second time.
      this.identity = { ...this.identity, nextCredential: null };
      await identities.write(this.identity).catch(() => undefined);
    } finally {
      this.running = false;
    }
  }

  private async keep(identity: Identity): Promise<void> {
    await this.parts.identities.write(identity);
    this.identity = identity;
  }
}
