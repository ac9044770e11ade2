"use client";

import { useState } from "react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";
import { Select } from "@/lib/ui/select";
import type { LicenseView } from "@/lib/usecases/billing-views";

/** A key for a plan and so many days, shown once. */
export function MakeLicense({ plans, onMade }: { plans: { id: string; name: string }[]; onMade: (licenses: LicenseView[]) => void }) {
  const { approve, dialog } = useStepUp();
  const [planId, setPlanId] = useState(plans[0]?.id ?? "");
  const [days, setDays] = useState("365");
  const [note, setNote] = useState("");
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [key, setKey] = useState<string | null>(null);
  const field = problem?.facts.field;

  async function make() {
    setPending(true);
    setProblem(null);
    const license = { planId, days: Number(days), note };
    try {
      const made = await approve({ ask: () => billingApi.askLicense(license), act: (proof) => billingApi.makeLicense(license, proof), title: "Make a license key?", words: { submit: "Make it", pending: "Making it…" } });
      if (made !== null) {
        setKey(made.key);
        setNote("");
        onMade(made.items);
      }
    } catch (failure) {
      setProblem(toApiError(failure));
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="make-title">
      <CardHeader title="Make a key" titleId="make-title" description="Whoever has the key can use the plan for so long." />
      <form
        className="grid gap-4 px-4 py-5 sm:px-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <div className="grid gap-4 sm:grid-cols-3">
          <Field id="license-plan" label="Plan">
            {(ids) => (
              <Select {...ids} value={planId} onChange={(event) => setPlanId(event.currentTarget.value)}>
                {plans.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field id="license-days" label="Days" error={field === "days" ? problem?.message : null}>
            {(ids) => <Input {...ids} type="number" min={1} inputMode="numeric" value={days} onChange={(event) => setDays(event.currentTarget.value)} />}
          </Field>
          <Field id="license-note" label="Note" error={field === "name" ? problem?.message : null}>
            {(ids) => <Input {...ids} value={note} maxLength={60} autoComplete="off" placeholder="Order 4711" onChange={(event) => setNote(event.currentTarget.value)} />}
          </Field>
        </div>
        {problem && field !== "days" && field !== "name" && (
          <Notice tone="bad" role="alert">
            {problem.message}
          </Notice>
        )}
        <div>
          <Button type="submit" tone="primary" pending={pending} className="w-full sm:w-auto">
            Make a key
          </Button>
        </div>
        {key !== null && (
          <Notice tone="good" role="status" title="Hand this key to the customer now: it isn’t shown again">
            <span className="flex items-start gap-2">
              <code className="code-text min-w-0 break-all text-ink">{key}</code>
              <CopyButton text={key} what="license key" />
            </span>
          </Notice>
        )}
      </form>
      {dialog}
    </Card>
  );
}
