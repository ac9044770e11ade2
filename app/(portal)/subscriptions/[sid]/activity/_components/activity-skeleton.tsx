import { Card } from "@/lib/ui/card";
import { Loading, Skeleton } from "@/lib/ui/skeleton";

const ROWS = ["a", "b", "c", "d", "e", "f"];

/** The log before its entries are there. */
export function ActivitySkeleton() {
  return (
    <Card>
      <Loading label="Loading the activity">
        {ROWS.map((row) => (
          <div key={row} className="flex gap-4 border-b border-line px-4 py-4 last:border-0 sm:px-5">
            <Skeleton className="size-8 rounded-full" />
            <div className="grid flex-1 gap-2">
              <Skeleton className="h-4 w-72 max-w-full" />
              <Skeleton className="h-3 w-44" />
            </div>
            <Skeleton className="h-4 w-12" />
          </div>
        ))}
      </Loading>
    </Card>
  );
}
