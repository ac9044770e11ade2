import { Card } from "@/lib/ui/card";
import { Loading, Skeleton } from "@/lib/ui/skeleton";

const ROWS = ["a", "b", "c", "d", "e"];

/** The clients' table before its rows are there. */
export function ClientListSkeleton() {
  return (
    <Card className="mt-6">
      <Loading label="Loading the clients">
        <div className="flex items-center justify-between gap-4 border-b border-line px-4 py-3.5 sm:px-5">
          <Skeleton className="h-6 w-24" />
          <Skeleton className="h-9 w-28" />
        </div>
        {ROWS.map((row) => (
          <ClientRowSkeleton key={row} />
        ))}
      </Loading>
    </Card>
  );
}

export function ClientRowSkeleton() {
  return (
    <div className="flex items-center gap-6 border-b border-line px-4 py-4 last:border-0 sm:px-5">
      <div className="grid flex-1 gap-2">
        <Skeleton className="h-4 w-36" />
        <Skeleton className="h-3 w-48 max-w-full" />
      </div>
      <Skeleton className="hidden h-4 w-24 md:block" />
      <Skeleton className="h-5 w-16 rounded-full" />
      <Skeleton className="hidden h-4 w-28 md:block" />
      <Skeleton className="h-8 w-18" />
    </div>
  );
}
