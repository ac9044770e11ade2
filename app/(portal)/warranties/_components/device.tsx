"use client";

import { useId, useState } from "react";
import { ArrowRightLeft, FileDown } from "lucide-react";
import { toApiError } from "@/app/_client/api-error";
import { warrantyApi } from "@/app/_client/warranty-api";
import { CoverageBar } from "@/app/_components/coverage-bar";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button, buttonClass } from "@/lib/ui/button";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { DateTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { WarrantyView } from "@/lib/usecases/warranty-views";

export function Device({ warranty, onChanged }: { warranty: WarrantyView; onChanged: () => Promise<void> }) {
  const [giving, setGiving] = useState(false);
  const { id, model, serial, offer } = warranty;
  return (
    <li aria-label={model} className="grid gap-3 px-4 py-4 sm:px-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="font-medium wrap-anywhere">{model}</p>
          <p className="code-text text-sm text-muted">{serial}</p>
        </div>
        <div className="flex flex-wrap gap-2">
          <a href={warrantyApi.proofPath(id)} download className={buttonClass("secondary", "sm")}>
            <FileDown aria-hidden="true" className="size-4" />
            Proof<span className="sr-only"> of the warranty of {model}</span> (PDF)
          </a>
          {!offer && !giving && (
            <Button size="sm" onClick={() => setGiving(true)}>
              <ArrowRightLeft aria-hidden="true" className="size-4" />
              Transfer<span className="sr-only"> {model}</span>
            </Button>
          )}
        </div>
      </div>
      <CoverageBar device={warranty} />
      {offer && <Offered warrantyId={id} recipient={offer.recipient} expiresAt={offer.expiresAt} onChanged={onChanged} />}
      {giving && (
        <Transfer
          warranty={warranty}
          onEnd={async (offered) => {
            if (offered) await onChanged();
            setGiving(false);
          }}
        />
      )}
    </li>
  );
}

function Offered({ warrantyId, recipient, expiresAt, onChanged }: { warrantyId: string; recipient: string; expiresAt: string; onChanged: () => Promise<void> }) {
  const [pending, setPending] = useState(false);
  const toast = useToast();

  async function withdraw() {
    setPending(true);
    try {
      await warrantyApi.withdrawTransfer(warrantyId);
      toast({ tone: "good", title: "The offer is withdrawn" });
    } catch (problem) {
      const error = toApiError(problem);
      toast({ tone: "bad", title: "That didn’t work", description: error.code === "not_found" ? "The offer was answered meanwhile, or is too old." : error.message });
    } finally {
      await onChanged();
      setPending(false);
    }
  }

  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-sunken px-3 py-2.5 text-sm">
      <p className="min-w-0 wrap-anywhere">
        Offered to <strong className="font-medium">{recipient}</strong>, until <DateTime iso={expiresAt} />. It is yours until they accept.
      </p>
      <Button size="sm" pending={pending} onClick={() => void withdraw()}>
        Withdraw
      </Button>
    </div>
  );
}

function Transfer({ warranty, onEnd }: { warranty: WarrantyView; onEnd: (offered: boolean) => Promise<void> }) {
  const field = useId();
  const [email, setEmail] = useState("");
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { approve, dialog } = useStepUp();
  const toast = useToast();

  async function offer() {
    setPending(true);
    setError(null);
    try {
      const offered = await approve({
        ask: () => warrantyApi.askTransfer(warranty.id, email),
        act: async (proof) => {
          await warrantyApi.offerTransfer(warranty.id, email, proof);
          return true;
        },
        title: "Transfer this device?",
        words: { submit: "Offer it", pending: "Offering it…" },
        rejectOn: ({ code }) => code === "warranty_offered" || code === "not_found",
      });
      if (offered === null) return;
      toast({ tone: "good", title: `${warranty.model} is offered`, description: "We mailed them. It stays yours until they accept." });
      await onEnd(true);
    } catch (problem) {
      setError(toApiError(problem).message);
    } finally {
      setPending(false);
    }
  }

  return (
    <>
      <form
        noValidate
        className="grid gap-3 rounded-lg bg-sunken p-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending) void offer();
        }}
      >
        <Field id={field} label="Whom do you give it to?" error={error} hint="Their e-mail address. They get a mail, and the device once they accept. Until then you can withdraw.">
          {(ids) => <Input {...ids} type="email" autoFocus autoComplete="off" autoCapitalize="none" spellCheck={false} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button tone="ghost" onClick={() => void onEnd(false)}>
            Cancel
          </Button>
          <Button type="submit" tone="primary" pending={pending} disabled={!pending && email.trim() === ""}>
            Continue
          </Button>
        </div>
      </form>
      {dialog}
    </>
  );
}
