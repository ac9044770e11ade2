"use client";

import type { FactorKind } from "@/app/_client/account-api";
import { suggestName } from "@/app/_client/add-factor";
import { Dialog } from "@/lib/ui/dialog";
import { AddFactorSteps } from "./add-factor-steps";
import { useSecurity } from "./security-context";
import { useAddFactor } from "./use-add-factor";

/** Adding a second factor, over the security page. While its approval is asked for, that dialog is the only one. */
export function AddFactorDialog({ kind, onClose }: { kind: FactorKind; onClose: () => void }) {
  const { view, refresh, approve, approving } = useSecurity();
  const nameFor = (wanted: FactorKind) => suggestName(wanted, [...view.totp, ...view.passkeys].map(({ name }) => name), navigator.userAgent);
  const run = useAddFactor(kind, nameFor(kind), { approve, onAdded: () => void refresh() });
  const { state } = run;
  const what = state.kind === "totp" ? "authenticator app" : "passkey";
  const title = state.step === "codes" ? "Keep your recovery codes" : state.step === "done" ? "Done" : `Add ${state.kind === "totp" ? "an" : "a"} ${what}`;
  return (
    <Dialog
      open={!approving}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      closable={state.step !== "codes"}
      title={title}
      description={state.step === "name" ? WHAT[state.kind] : undefined}
    >
      <AddFactorSteps run={run} onClose={onClose} closeLabel="Close" onBackup={(next) => run.start(next, nameFor(next))} />
    </Dialog>
  );
}

const WHAT: Record<FactorKind, string> = {
  totp: "An app on your phone that shows a new code every half minute: Google Authenticator, Microsoft Authenticator, Aegis, 1Password and others.",
  passkey: "A key kept by your device, which you open with your fingerprint, face or PIN. It signs you in without a password, and can’t be phished.",
};
