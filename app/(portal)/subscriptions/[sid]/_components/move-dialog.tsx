"use client";

import { useEffect, useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { Button } from "@/lib/ui/button";
import { Dialog } from "@/lib/ui/dialog";
import { Field } from "@/lib/ui/field";
import { Notice } from "@/lib/ui/notice";
import { Select } from "@/lib/ui/select";
import { Spinner } from "@/lib/ui/spinner";
import type { GatewayChoice } from "@/lib/usecases/views";
import { useLiveSubscription, usePutSubscription } from "./live-subscription";

/** Asks where an instance is to go, and says what that means for every machine. */
export function MoveDialog({ onClose }: { onClose: () => void }) {
  const { id, instance, liveClients } = useLiveSubscription();
  const put = usePutSubscription();
  const [gateways, setGateways] = useState<GatewayChoice[] | null>(null);
  const [choice, setChoice] = useState("");
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    let gone = false;
    async function look() {
      try {
        const { gateways: found } = await api.gatewaysToMoveTo(id);
        if (gone) return;
        setGateways(found);
        setChoice(found[0]?.id ?? "");
      } catch (error) {
        if (!gone) setProblem(toApiError(error).message);
      }
    }
    void look();
    return () => {
      gone = true;
    };
  }, [id]);

  async function move() {
    setPending(true);
    setProblem(null);
    try {
      put(await api.moveInstance(id, choice));
      onClose();
    } catch (error) {
      setProblem(toApiError(error).message);
      setPending(false);
    }
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} closable={!pending} title={`Move ${instance?.name ?? "the instance"}`} description={`Now on ${instance?.gateway.name ?? "its gateway"}.`}>
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void move();
        }}
      >
        {problem && (
          <Notice tone="bad" role="alert" title="It wasn’t moved">
            {problem}
          </Notice>
        )}
        {gateways === null && !problem && (
          <p className="flex items-center gap-2 text-muted" role="status">
            <Spinner /> Looking for gateways with room…
          </p>
        )}
        {gateways?.length === 0 && <p className="text-muted">There is no other gateway that answers and has room at the moment. Ask the operator of the portal.</p>}
        {gateways !== null && gateways.length > 0 && (
          <>
            <Field id="move-to" label="To the gateway">
              {(ids) => (
                <Select {...ids} value={choice} onChange={(event) => setChoice(event.currentTarget.value)}>
                  {gateways.map(({ id: value, name, endpointHost }) => (
                    <option key={value} value={value}>
                      {name} ({endpointHost})
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <p className="text-muted">
              {liveClients === 0
                ? "It has no clients, so nobody notices."
                : `${liveClients === 1 ? "Its one client loses" : `All ${liveClients} clients lose`} the connection, until ${liveClients === 1 ? "its owner has" : "their owners have"} replaced the key and loaded the new file. Everybody concerned gets a mail.`}
            </p>
            <Button type="submit" tone="danger" size="lg" pending={pending} className="w-full sm:w-auto sm:justify-self-end">
              {pending ? "Moving…" : "Move it"}
            </Button>
          </>
        )}
      </form>
    </Dialog>
  );
}
