"use client";

import { useState, type ComponentProps } from "react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { billingApi, type PlanFields } from "@/app/_client/billing-api";
import { Button } from "@/lib/ui/button";
import { Dialog } from "@/lib/ui/dialog";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";
import { Select } from "@/lib/ui/select";
import type { PlanRecordView } from "@/lib/usecases/billing-views";

/** As typed: an empty limit is none. */
type Typed = Record<Exclude<keyof PlanFields, "interval">, string> & { interval: "month" | "year" };

const typedOf = (plan: PlanRecordView | null): Typed => ({
  name: plan?.name ?? "",
  price: plan ? String(plan.price.amount / 100) : "",
  currency: plan?.price.currency ?? "EUR",
  interval: plan?.price.interval ?? "month",
  maxClients: String(plan?.maxClients ?? ""),
  maxMembers: String(plan?.maxMembers ?? ""),
  maxSystems: String(plan?.maxSystems ?? ""),
  instanceSize: plan?.instanceSize ?? "",
  trialDays: String(plan?.trialDays ?? 0),
  graceDays: String(plan?.graceDays ?? 14),
  retentionDays: String(plan?.retentionDays ?? 30),
  cardPrice: plan?.cardPrice ?? "",
});

const limit = (text: string): number | null => (text.trim() === "" ? null : Number(text));

const fieldsOf = (typed: Typed): PlanFields => ({
  name: typed.name,
  price: Math.round(Number(typed.price) * 100),
  currency: typed.currency.trim().toUpperCase(),
  interval: typed.interval,
  maxClients: limit(typed.maxClients),
  maxMembers: limit(typed.maxMembers),
  maxSystems: limit(typed.maxSystems),
  instanceSize: typed.instanceSize,
  trialDays: Number(typed.trialDays),
  graceDays: Number(typed.graceDays),
  retentionDays: Number(typed.retentionDays),
  cardPrice: typed.cardPrice,
});

/** A plan's name, price, limits and days. */
export function PlanDialog({ plan, cards, onClose, onSaved }: { plan: PlanRecordView | null; /** Cards are taken here. */ cards: boolean; onClose: () => void; onSaved: (plans: PlanRecordView[]) => void }) {
  const [typed, setTyped] = useState(() => typedOf(plan));
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);

  async function save() {
    setPending(true);
    setProblem(null);
    try {
      const fields = fieldsOf(typed);
      onSaved((plan === null ? await billingApi.addPlan(fields) : await billingApi.changePlan(plan.id, fields)).items);
    } catch (failure) {
      setProblem(toApiError(failure));
      setPending(false);
    }
  }

  const input = (key: Exclude<keyof PlanFields, "interval">, label: string, more: ComponentProps<typeof Input> & { hint?: string } = {}) => {
    const { hint, ...rest } = more;
    return (
      <Field id={`plan-${key}`} label={label} hint={hint} error={problem?.facts.field === key ? problem.message : null}>
        {(ids) => <Input {...ids} {...rest} autoComplete="off" value={typed[key]} onChange={(event) => setTyped({ ...typed, [key]: event.currentTarget.value })} />}
      </Field>
    );
  };
  const number = { inputMode: "numeric" as const, type: "number", min: 0 };
  const known = problem?.facts.field !== undefined && problem.facts.field in typed;

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={plan === null ? "Add a plan" : `Edit ${plan.name}`}>
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {input("name", "Name", { maxLength: 60 })}
        <div className="grid grid-cols-3 gap-3">
          {input("price", "Price", { inputMode: "decimal", type: "number", min: 0, step: "0.01" })}
          {input("currency", "Currency", { maxLength: 3 })}
          <Field id="plan-interval" label="Paid every">
            {(ids) => (
              <Select {...ids} value={typed.interval} onChange={(event) => setTyped({ ...typed, interval: event.currentTarget.value === "year" ? "year" : "month" })}>
                <option value="month">Month</option>
                <option value="year">Year</option>
              </Select>
            )}
          </Field>
        </div>
        <div className="grid grid-cols-3 gap-3">
          {input("maxClients", "Clients", { ...number, placeholder: "any" })}
          {input("maxMembers", "Members", { ...number, placeholder: "any" })}
          {input("maxSystems", "Systems", { ...number, placeholder: "any" })}
        </div>
        {input("instanceSize", "Instance size", { maxLength: 60, placeholder: "2 vCPU, 4 GB" })}
        <div className="grid grid-cols-3 gap-3">
          {input("trialDays", "Trial days", number)}
          {input("graceDays", "Grace days", number)}
          {input("retentionDays", "Days kept", number)}
        </div>
        {cards && input("cardPrice", "Price at Stripe", { maxLength: 210, placeholder: "price_…", hint: "Its id there. Empty: it can’t be paid for by card.", spellCheck: false })}
        {problem && !known && (
          <Notice tone="bad" role="alert">
            {problem.message}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" tone="primary" pending={pending}>
            {plan === null ? "Add the plan" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
