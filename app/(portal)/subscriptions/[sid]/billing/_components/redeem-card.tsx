"use client";

import { useState } from "react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { useToast } from "@/lib/ui/toast";
import { useLiveSubscription, usePutSubscription } from "../../_components/live-subscription";

/** For who got a term with something they bought. */
export function RedeemCard() {
  const { id, billingState, billing, may } = useLiveSubscription();
  const put = usePutSubscription();
  const toast = useToast();
  const [key, setKey] = useState("");
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  // Without an end there is nothing to add to.
  if (!may.redeem || billingState === "ended" || (billingState === "active" && billing.until === null)) return null;

  async function redeem() {
    setPending(true);
    setProblem(null);
    try {
      put(await billingApi.redeem(id, key));
      setKey("");
      toast({ tone: "good", title: "Redeemed" });
    } catch (failure) {
      setProblem(toApiError(failure));
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="redeem-title" className="mt-6">
      <CardHeader title="Redeem a license key" titleId="redeem-title" description="If you got one with something you bought. Its days come on top of what is paid for." />
      <form
        className="grid gap-4 px-4 py-5 sm:px-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void redeem();
        }}
      >
        <Field id="license-key" label="License key" error={problem?.message}>
          {(ids) => (
            <Input
              {...ids}
              value={key}
              placeholder="PCL-"
              autoComplete="off"
              spellCheck={false}
              className="font-mono"
              onChange={(event) => {
                setKey(event.currentTarget.value);
                setProblem(null);
              }}
            />
          )}
        </Field>
        <div>
          <Button type="submit" pending={pending} disabled={key.trim() === ""} className="w-full sm:w-auto">
            Redeem
          </Button>
        </div>
      </form>
    </Card>
  );
}
