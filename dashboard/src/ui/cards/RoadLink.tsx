import { useCity } from '../../state/store.ts'
import { roadName } from '../whereIs.ts'
import { Link } from './Link.tsx'

export function RoadLink({ id }: { readonly id: string }) {
  const name = useCity((state) => roadName(state, id))
  return <Link to={{ kind: 'road', id }}>{name}</Link>
}
