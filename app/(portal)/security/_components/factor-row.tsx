"use client";

import { useId, useState } from "react";
import { Fingerprint, Smartphone } from "lucide-react";
import { accountApi, type FactorKind } from "@/app/_client/account-api";
import { toApiError } from "@/app/_client/api-error";
import { Button } from "@/lib/ui/button";
import { Dialog } from "@/lib/ui/dialog";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { RelativeTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { FactorView } from "@/lib/usecases/views";
import { Row } from "./section";
import { useSecurity } from "./security-context";

const WHAT: Record<FactorKind, string> = { passkey: "Passkey", totp: "Authenticator app" };

export function FactorRow({ kind, factor }: { kind: FactorKind; factor: FactorView }) {
  const { approve } = useSecurity();
  const [renaming, setRenaming] = useState(false);
  const toast = useToast();

  async function remove() {
    const removed = await approve({
      ask: () => accountApi.askStepUp(kind === "totp" ? "totp.remove" : "passkey.remove", { objectId: factor.id }),
      act: (proof) => accountApi.removeFactor(kind, factor.id, proof),
      title: `Remove “${factor.name}”?`,
      words: { submit: "Remove it", pending: "Removing…", tone: "danger" },
    });
    if (removed !== null) toast({ tone: "good", title: `“${factor.name}” is removed` });
  }

  return (
    <Row
      label={factor.name}
      icon={kind === "passkey" ? <Fingerprint /> : <Smartphone />}
      title={factor.name}
      actions={
        <>
          <Button tone="ghost" size="sm" onClick={() => setRenaming(true)}>
            Rename<span className="sr-only"> {factor.name}</span>
          </Button>
          <Button tone="danger-quiet" size="sm" onClick={() => void remove()}>
            Remove<span className="sr-only"> {factor.name}</span>
          </Button>
        </>
      }
    >
      {WHAT[kind]} · added <RelativeTime iso={factor.createdAt} /> ·{" "}
      {factor.lastUsedAt ? (
        <>
          last used <RelativeTime iso={factor.lastUsedAt} />
        </>
      ) : (
        "not used yet"
      )}
      {renaming && <RenameDialog kind={kind} factor={factor} onClose={() => setRenaming(false)} />}
    </Row>
  );
}

function RenameDialog({ kind, factor, onClose }: { kind: FactorKind; factor: FactorView; onClose: () => void }) {
  const { refresh } = useSecurity();
  const [name, setName] = useState(factor.name);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const id = useId();

  async function save() {
    setPending(true);
    setError(null);
    try {
      await accountApi.renameFactor(kind, factor.id, name);
      await refresh();
      onClose();
    } catch (problem) {
      setError(toApiError(problem).message);
      setPending(false);
    }
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Rename “${factor.name}”`}
    >
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending) void save();
        }}
      >
        <Field id={id} label="Name" error={error}>
          {(ids) => <Input {...ids} autoFocus autoComplete="off" spellCheck={false} value={name} onChange={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Button type="submit" tone="primary" size="lg" pending={pending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
