"use client";

import { useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { NICKNAME_MAX_LENGTH } from "@/lib/core/nickname";
import { Button } from "@/lib/ui/button";
import { Dialog } from "@/lib/ui/dialog";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import type { SystemView } from "@/lib/usecases/system-views";

/** A name of one's own for a system, in place of its host name. */
export function RenameSystem({ subscriptionId, system, onRenamed }: { subscriptionId: string; system: SystemView; onRenamed: (system: SystemView) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(system.name);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  function begin() {
    setName(system.name);
    setError(null);
    setOpen(true);
  }

  async function save() {
    setPending(true);
    try {
      onRenamed(await api.renameSystem(subscriptionId, system.id, name));
      setOpen(false);
    } catch (problem) {
      setError(toApiError(problem).message);
    } finally {
      setPending(false);
    }
  }

  return (
    <>
      <Button size="sm" onClick={begin}>
        Rename
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={`Rename ${system.name}`}>
        <form
          className="mt-5 grid gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Field id="system-new-name" label="Name" error={error}>
            {(ids) => <Input {...ids} value={name} maxLength={NICKNAME_MAX_LENGTH * 2} autoComplete="off" onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Button type="submit" tone="primary" pending={pending} className="sm:justify-self-end">
            Save
          </Button>
        </form>
      </Dialog>
    </>
  );
}
