"use client";

import { useState, type ReactNode } from "react";
import { ArrowRight, ChevronLeft, ShieldCheck } from "lucide-react";
import { signOut } from "next-auth/react";
import { accountApi, type FactorKind } from "@/app/_client/account-api";
import { suggestName } from "@/app/_client/add-factor";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { AddFactorSteps } from "../../_components/add-factor-steps";
import { FactorChoices } from "../../_components/factor-choices";
import { useSecurity } from "../../_components/security-context";
import { useAddFactor } from "../../_components/use-add-factor";

/** Confirms the session with a second factor, or sets one up first; then on to where one was going. */
export function TwoFactorWalk({ returnPath }: { returnPath: string }) {
  const { view } = useSecurity();
  // Decided once: a factor that is added here doesn't turn this page into the other one.
  const [hasFactor] = useState(view.totp.length + view.passkeys.length > 0);
  const [adding, setAdding] = useState<FactorKind | null>(null);
  // A whole new page: everything the server renders depends on the factor.
  const goOn = () => location.assign(returnPath);
  return (
    <div className="mx-auto max-w-xl">
      {hasFactor ? <Confirm onDone={goOn} /> : adding ? <SetUp key={adding} kind={adding} onBack={() => setAdding(null)} onDone={goOn} /> : <Choose onChoose={setAdding} />}
      <SignOutInstead />
    </div>
  );
}

function Head({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <ShieldCheck aria-hidden="true" strokeWidth={1.5} className="mb-4 size-9 text-accent" />
      <h1 className="text-2xl font-semibold">{title}</h1>
      <p className="mt-2 text-muted">{children}</p>
    </>
  );
}

function Confirm({ onDone }: { onDone: () => void }) {
  const { approve } = useSecurity();
  const [pending, setPending] = useState(false);

  async function confirm() {
    setPending(true);
    const done = await approve({
      ask: () => accountApi.askStepUp("session.elevate"),
      act: (proof) => accountApi.elevateSession(proof),
      words: { submit: "Confirm", pending: "Confirming…" },
    });
    // Until the next page is there, this one stays as it is.
    if (done === null) setPending(false);
    else onDone();
  }

  return (
    <Card className="p-5 sm:p-7">
      <Head title="Confirm with your second factor">This subscription lets people in who have shown two factors. You signed in with one, so show yours now; it takes a moment, once for this session.</Head>
      <Button tone="primary" size="lg" className="mt-6 w-full" pending={pending} onClick={() => void confirm()}>
        Confirm
        {!pending && <ArrowRight aria-hidden="true" className="size-4" />}
      </Button>
    </Card>
  );
}

function Choose({ onChoose }: { onChoose: (kind: FactorKind) => void }) {
  return (
    <Card className="p-5 sm:p-7">
      <Head title="Set up a second factor">
        This subscription lets people in who have shown two factors: how they sign in, and something only they have. You have none here yet. It takes about a minute, and then you go on where you were.
      </Head>
      <div className="mt-6">
        <FactorChoices onChoose={onChoose} />
      </div>
    </Card>
  );
}

function SetUp({ kind, onBack, onDone }: { kind: FactorKind; onBack: () => void; onDone: () => void }) {
  const { view, refresh, approve } = useSecurity();
  const nameFor = (wanted: FactorKind) => suggestName(wanted, [...view.totp, ...view.passkeys].map(({ name }) => name), navigator.userAgent);
  const run = useAddFactor(kind, nameFor(kind), { approve, onAdded: () => void refresh() });
  const { state } = run;
  const what = state.kind === "totp" ? "an authenticator app" : "a passkey";
  return (
    <Card className="p-5 sm:p-7">
      {(state.step === "name" || state.step === "scan" || state.step === "make") && (
        <Button tone="ghost" size="sm" className="-mt-1 mb-3 -ml-2" onClick={onBack}>
          <ChevronLeft aria-hidden="true" className="size-4" />
          Back
        </Button>
      )}
      <h1 className="mb-5 text-2xl font-semibold">{state.step === "codes" ? "Keep your recovery codes" : state.step === "done" ? "You’re set up" : `Set up ${what}`}</h1>
      <AddFactorSteps run={run} onClose={onDone} closeLabel="Go on" onBackup={(next) => run.start(next, nameFor(next))} />
    </Card>
  );
}

function SignOutInstead() {
  return (
    <p className="mt-5 text-center text-sm text-muted">
      Does your provider ask for two factors?{" "}
      <button type="button" className="thumb rounded-sm font-medium text-accent hover:underline" onClick={() => void signOut({ callbackUrl: "/signin" })}>
        Sign out
      </button>{" "}
      and in again with them.
    </p>
  );
}
