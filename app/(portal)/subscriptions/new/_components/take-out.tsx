"use client";

import { useState } from "react";
import { useRouter } from "next/navigation";
import { Check } from "lucide-react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { planLines, priceText } from "@/app/_components/plan-words";
import { Button } from "@/lib/ui/button";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";
import type { PlanView } from "@/lib/usecases/billing-views";

/** A plan and a name, and the subscription is there. */
export function TakeOut({ plans }: { plans: PlanView[] }) {
  const router = useRouter();
  const [planId, setPlanId] = useState(plans[0]?.id ?? "");
  const [name, setName] = useState("");
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const chosen = plans.find(({ id }) => id === planId);
  const field = problem?.facts.field;

  async function submit() {
    setPending(true);
    setProblem(null);
    try {
      const { id } = await billingApi.takeOut(planId, name);
      router.push(`/subscriptions/${id}`);
    } catch (failure) {
      setProblem(toApiError(failure));
      setPending(false);
    }
  }

  return (
    <form
      className="grid gap-6"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div role="radiogroup" aria-label="Plan" className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {plans.map((plan) => (
          <PlanChoice key={plan.id} plan={plan} checked={plan.id === planId} onChoose={() => setPlanId(plan.id)} />
        ))}
      </div>
      <div className="max-w-md">
        <Field id="subscription-name" label="Name" error={field === "name" ? problem?.message : null} hint="As you and your colleagues will see it, such as your company’s name.">
          {(ids) => <Input {...ids} value={name} maxLength={60} autoComplete="organization" onChange={(event) => setName(event.currentTarget.value)} />}
        </Field>
      </div>
      {problem && field !== "name" && (
        <Notice tone="bad" role="alert" title="It wasn’t taken out">
          {problem.message}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <Button type="submit" tone="primary" size="lg" pending={pending} disabled={name.trim() === "" || !chosen} className="w-full sm:w-auto">
          {pending ? "Taking it out…" : chosen && chosen.trialDays > 0 ? "Start" : "Order"}
        </Button>
        {chosen && (
          <p className="text-sm text-muted">
            {chosen.trialDays > 0 ? `Your first subscription can be tried for ${chosen.trialDays} days; then an invoice is due.` : "You get an invoice, and can start when it is paid."} It can be cancelled any time.
          </p>
        )}
      </div>
    </form>
  );
}

function PlanChoice({ plan, checked, onChoose }: { plan: PlanView; checked: boolean; onChoose: () => void }) {
  return (
    <label className="flex cursor-pointer flex-col gap-3 rounded-xl border border-line-strong bg-surface p-5 shadow-card transition-colors duration-100 hover:border-muted has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus">
      <span className="flex items-start gap-3">
        <input type="radio" name="plan" checked={checked} onChange={onChoose} className="mt-1 size-4 shrink-0 accent-accent-solid outline-none" />
        <span className="min-w-0">
          <span className="block text-lg font-semibold wrap-anywhere">{plan.name}</span>
          <span className="block text-muted">{priceText(plan.price)}</span>
        </span>
      </span>
      <span className="grid gap-1.5 text-sm">
        {planLines(plan).map((line) => (
          <span key={line} className="flex items-start gap-2">
            <Check aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-good" />
            {line}
          </span>
        ))}
      </span>
    </label>
  );
}
