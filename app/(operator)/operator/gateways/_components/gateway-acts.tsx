"use client";

import { useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { useToast } from "@/lib/ui/toast";
import type { GatewayView } from "@/lib/usecases/views";

/** Another credential for a gateway, or none any more. */
export function GatewayActs({ gateway, onDone }: { gateway: GatewayView; onDone: () => Promise<void> }) {
  const [asking, setAsking] = useState<"rotate" | "cut" | null>(null);
  const [pending, setPending] = useState<"rotate" | "cut" | null>(null);
  const toast = useToast();
  if (gateway.credentialMadeAt === null) return null;

  async function act(which: "rotate" | "cut") {
    setPending(which);
    try {
      await (which === "cut" ? api.cutOffGateway(gateway.id) : api.rotateGatewayCredential(gateway.id));
      await onDone();
    } catch (problem) {
      toast({ tone: "bad", title: which === "cut" ? `${gateway.name} was not cut off` : "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(null);
    }
  }

  const instances = gateway.instances === 1 ? "Its one instance" : `Its ${gateway.instances} instances`;
  return (
    <span className="flex flex-wrap justify-end gap-2">
      <Button size="sm" pending={pending === "rotate"} disabled={gateway.rotating} aria-label={`Rotate the credential of ${gateway.name}`} onClick={() => setAsking("rotate")}>
        {gateway.rotating ? "Rotating…" : "Rotate"}
      </Button>
      <Button size="sm" tone="danger-quiet" pending={pending === "cut"} aria-label={`Cut off ${gateway.name}`} onClick={() => setAsking("cut")}>
        Cut off
      </Button>
      <AlertDialog open={asking === "rotate"} onOpenChange={(open) => setAsking(open ? "rotate" : null)} title={`Another credential for ${gateway.name}?`} cancelLabel="Leave it" confirmLabel="Rotate" confirmTone="primary" onConfirm={() => void act("rotate")}>
        <p>Its agent makes another credential within half a minute of being heard of, and the one it has now dies at the first use of that. No tunnel notices. This happens every 30 days by itself.</p>
      </AlertDialog>
      <AlertDialog open={asking === "cut"} onOpenChange={(open) => setAsking(open ? "cut" : null)} title={`Cut ${gateway.name} off?`} cancelLabel="Leave it" confirmLabel="Cut it off" onConfirm={() => void act("cut")}>
        <p>Its credential dies at once: the portal tells it nothing more, and believes nothing it says. Each customer’s log says so.</p>
        <p className="text-warn">
          {gateway.instances === 0 ? "It has no instances." : `${instances} and every tunnel there stay up on the host, and nobody can be cut there any more. If the host is in wrong hands, stop it, or block its UDP ports in front of it, and move its instances to another gateway.`}
        </p>
        <p>To have it back, give it a new token: <code className="code-text wrap-anywhere">npm run portcullis -- gateway add {gateway.name} --endpoint {gateway.endpointHost}</code></p>
      </AlertDialog>
    </span>
  );
}
