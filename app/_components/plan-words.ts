import { formatCount } from "@/lib/ui/bytes";
import { formatMoney } from "@/lib/ui/money";
import type { PlanView, PriceView } from "@/lib/usecases/billing-views";

/** "€49.00 a month"; "free". */
export const priceText = ({ amount, currency, interval }: PriceView): string => (amount === 0 ? "free" : `${formatMoney(amount, currency)} a ${interval}`);

const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);
const limit = (count: number | null, one: string, many: string): string => (count === null ? `Any number of ${many}` : `${formatCount(count)} ${count === 1 ? one : many}`);

/** What one gets, a line each. */
export const planLines = (plan: PlanView): string[] => [
  ...(plan.instanceSize === "" ? [] : [`Instance with ${plan.instanceSize}`]),
  limit(plan.maxClients, "client", "clients"),
  limit(plan.maxMembers, "member", "members"),
  limit(plan.maxSystems, "storage system", "storage systems"),
  ...(plan.trialDays === 0 ? [] : [`${days(plan.trialDays)} to try it`]),
];
