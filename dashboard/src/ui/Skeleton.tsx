/** Where something will stand. */
export function SkeletonRows({ count }: { readonly count: number }) {
  return (
    <div className="skeleton-rows" aria-hidden="true">
      {Array.from({ length: count }, (_, at) => (
        <div key={at} className="skeleton-row">
          <span className="skeleton is-badge" />
          <span className="skeleton is-line" />
        </div>
      ))}
    </div>
  )
}
