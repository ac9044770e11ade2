/** People with second factors, by the use cases that give them to real ones. */
import { Secret } from "otpauth";
import type { Actor } from "@/lib/auth/actor";
import { codeFor, type CodeProof, type PasskeyProof, type PresentedProof } from "@/lib/auth/step-up";
import { totpAt, type TotpSettings } from "@/lib/core/totp";
import { finishPasskey, beginPasskey } from "@/lib/usecases/factors/add-passkey";
import { beginTotp, confirmTotp } from "@/lib/usecases/factors/add-totp";
import type { AskedAct } from "@/lib/usecases/step-up/account-acts";
import { passkeyOptionsForChallenge } from "@/lib/usecases/step-up/passkey-options";
import { requestStepUp } from "@/lib/usecases/step-up/request-step-up";
import type { AddedFactorView, StepUpView } from "@/lib/usecases/views";
import { makeAuthenticator, type Authenticator } from "./authenticator";
import type { Kit } from "./kit";

/** Asks for the proof of an act on the account. */
export const askFor = (kit: Kit, actor: Actor, action: AskedAct["action"], rest: Partial<Omit<AskedAct, "action">> = {}): Promise<StepUpView> =>
  requestStepUp(kit.ports, actor, { action, objectId: null, parameters: {}, ...rest });

export const mailed = (kit: Kit, { challengeId }: { challengeId: string }): CodeProof => ({ challengeId, code: codeFor(kit.ports, challengeId) });

/** A person's phone: shows the code of the moment, by its own clock. */
export interface Phone {
  deviceId: string;
  added: AddedFactorView;
  /** @param behindSeconds how far its clock is behind */
  code(behindSeconds?: number): string;
  proof(challenge: { challengeId: string }): CodeProof;
}

/** Adds an authenticator app. @param prove how the person proves that they may; by a mailed code when left out */
export async function addPhone(kit: Kit, actor: Actor, name = "Phone", prove: (challenge: StepUpView) => PresentedProof | Promise<PresentedProof> = (challenge) => mailed(kit, challenge)): Promise<Phone> {
  const challenge = await askFor(kit, actor, "totp.add", { parameters: { name } });
  const begun = await beginTotp(kit.ports, actor, { name }, await prove(challenge));
  const secret = Secret.fromBase32(begun.secret).bytes;
  const settings = { digits: begun.digits, periodSeconds: begun.periodSeconds } as TotpSettings;
  const code = (behindSeconds = 0): string => totpAt(secret, settings, new Date(kit.clock.now().getTime() - behindSeconds * 1000));
  const added = await confirmTotp(kit.ports, actor, { deviceId: begun.deviceId, code: code() });
  // The code that confirmed it is used up.
  kit.clock.advance(begun.periodSeconds * 1000);
  return { deviceId: begun.deviceId, added, code, proof: ({ challengeId }) => ({ challengeId, factor: "totp", code: code() }) };
}

export interface OwnedPasskey {
  added: AddedFactorView;
  authenticator: Authenticator;
  proof(challenge: { challengeId: string }): Promise<PasskeyProof>;
}

export async function addPasskey(
  kit: Kit,
  actor: Actor,
  name = "Laptop",
  prove: (challenge: StepUpView) => PresentedProof | Promise<PresentedProof> = (challenge) => mailed(kit, challenge),
): Promise<OwnedPasskey> {
  const authenticator = makeAuthenticator(kit.ports.config.url.origin, kit.ports.randomBytes);
  const challenge = await askFor(kit, actor, "passkey.add", { parameters: { name } });
  const options = await beginPasskey(kit.ports, actor, { name }, await prove(challenge));
  const added = await finishPasskey(kit.ports, actor, { name, response: authenticator.create(options) });
  return {
    added,
    authenticator,
    async proof({ challengeId }) {
      const toSign = await passkeyOptionsForChallenge(kit.ports, actor, { challengeId });
      return { challengeId, factor: "passkey", response: authenticator.get(toSign) };
    },
  };
}
