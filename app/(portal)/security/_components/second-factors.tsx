"use client";

import { useState } from "react";
import { Fingerprint, LifeBuoy, Plus, ShieldCheck, Smartphone } from "lucide-react";
import { accountApi, type FactorKind } from "@/app/_client/account-api";
import { Button } from "@/lib/ui/button";
import { Dialog } from "@/lib/ui/dialog";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/lib/ui/menu";
import { Notice } from "@/lib/ui/notice";
import { AddFactorDialog } from "./add-factor-dialog";
import { FactorChoices } from "./factor-choices";
import { FactorRow } from "./factor-row";
import { RecoveryCodes } from "./recovery-codes";
import { Row, Rows, Section } from "./section";
import { useSecurity } from "./security-context";

const FEW_CODES = 3;

/** What confirms, besides the way to sign in, that it's really this person. */
export function SecondFactors() {
  const { view } = useSecurity();
  const [adding, setAdding] = useState<FactorKind | null>(null);
  const count = view.totp.length + view.passkeys.length;
  return (
    <Section
      id="second-factors"
      title="Second factors"
      description="With one, a stolen password or mailbox is not enough."
      actions={count > 0 ? <AddMenu onAdd={setAdding} /> : undefined}
    >
      {count === 0 ? (
        <None onAdd={setAdding} />
      ) : (
        <>
          {count === 1 && <OnlyOne onAdd={setAdding} />}
          <Rows label="Second factors">
            {view.passkeys.map((factor) => (
              <FactorRow key={factor.id} kind="passkey" factor={factor} />
            ))}
            {view.totp.map((factor) => (
              <FactorRow key={factor.id} kind="totp" factor={factor} />
            ))}
            <Codes />
          </Rows>
        </>
      )}
      {adding && <AddFactorDialog kind={adding} onClose={() => setAdding(null)} />}
    </Section>
  );
}

function None({ onAdd }: { onAdd: (kind: FactorKind) => void }) {
  return (
    <div className="grid gap-4 px-4 py-5 sm:px-5">
      <p className="flex items-start gap-2.5">
        <ShieldCheck aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-warn" />
        <span>
          <strong className="font-medium">You have none yet.</strong> <span className="text-muted">Until then, a code to your mailbox confirms what you do. It takes a minute to be safer than that:</span>
        </span>
      </p>
      <FactorChoices onChoose={onAdd} />
    </div>
  );
}

function OnlyOne({ onAdd }: { onAdd: (kind: FactorKind) => void }) {
  const { view } = useSecurity();
  const next: FactorKind = view.passkeys.length === 0 ? "passkey" : "totp";
  return (
    <Notice
      tone="warn"
      className="mx-4 mt-4 mb-1 sm:mx-5"
      title="Add a second one as a backup"
      actions={
        <Button size="sm" onClick={() => onAdd(next)}>
          {next === "passkey" ? "Add a passkey" : "Add an authenticator app"}
        </Button>
      }
    >
      You have one. If it gets lost or breaks, only your recovery codes get you in. With a second one, on another device, you use that.
    </Notice>
  );
}

function AddMenu({ onAdd }: { onAdd: (kind: FactorKind) => void }) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button>
          <Plus aria-hidden="true" className="-ml-0.5 size-4" />
          Add a second factor
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuItem onSelect={() => onAdd("passkey")}>
          <Fingerprint aria-hidden="true" />
          Passkey
        </MenuItem>
        <MenuItem onSelect={() => onAdd("totp")}>
          <Smartphone aria-hidden="true" />
          Authenticator app
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

function Codes() {
  const { view, approve } = useSecurity();
  const [codes, setCodes] = useState<string[] | null>(null);
  const left = view.recoveryCodesLeft;

  async function renew() {
    const made = await approve({
      ask: () => accountApi.askStepUp("recovery-codes.replace"),
      act: (proof) => accountApi.newRecoveryCodes(proof),
      title: "Make new recovery codes?",
      words: { submit: "Make the codes", pending: "Making them…" },
    });
    if (made !== null) setCodes(made.codes);
  }

  return (
    <>
      <Row
        icon={<LifeBuoy />}
        title="Recovery codes"
        actions={
          <Button size="sm" onClick={() => void renew()}>
            Make new codes
          </Button>
        }
      >
        {left === 0 ? (
          <span className="text-bad">None left. Make new ones, or a lost phone locks you out.</span>
        ) : (
          <span className={left <= FEW_CODES ? "text-warn" : undefined}>
            {left} of 10 left. Each gets you in once when your second factors are lost.
          </span>
        )}
      </Row>
      <Dialog open={codes !== null} onOpenChange={() => undefined} closable={false} title="Keep your recovery codes">
        {codes && <RecoveryCodes codes={codes} onSaved={() => setCodes(null)} />}
      </Dialog>
    </>
  );
}
