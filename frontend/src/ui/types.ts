/** Shapes that primitives share. They describe forms and buttons, never a domain. */
export interface Option {
  value: string
  label: string
}

export interface FieldSpec {
  field: string
  label: string
  kind: string
  required?: boolean
  options?: Option[] | null
  help?: string | null
  /** Where it must be filled in though it may else be left empty: said in place of 选填. */
  needed_for?: string | null
  /** Names a rule that can offer a value. */
  rule?: string | null
  /** Asked for only where another field has this value. */
  only_with?: { field: string; value: string } | null
  /** Chosen beforehand; may be changed. */
  value?: string | null
  /** What is stored may be shown behind a mask. */
  masked?: boolean
  /** What stands there now, behind its mask: it stays unless it is written anew. */
  keeps?: string
  /** What stands there may be taken away. */
  clearable?: boolean
}

/** The offer that leads to the page of corrections; it is no step of a life cycle. */
export const EDIT = 'edit'

export interface ActionOffer {
  action: string
  label: string
  needs: FieldSpec[]
  danger?: boolean
  /** Said again before it is confirmed: for whom, how much. */
  restates?: string | null
  /** What the button says, in place of 确定 and the label. */
  confirm?: string
  /** A flow of the server asks for it: sent unfinished, it is refused with all that is wrong. */
  checks?: boolean
}

const TYPED = new Set(['text', 'long_text', 'integer', 'money', 'date', 'datetime', 'boolean'])

/** What is said beside a field that was left empty: nobody fills in a list. */
export const wanted = ({ kind, label }: FieldSpec): string =>
  `${TYPED.has(kind) || kind.endsWith('password') ? '请填写' : '请选择'}${label}`

export type FormValues = Record<string, unknown>

/** The fields that a form filled in like this asks for. */
export const asked = (fields: FieldSpec[], values: FormValues): FieldSpec[] =>
  fields.filter(({ only_with: only }) => !only || values[only.field] === only.value)

/** What a status feels like, without colour: waiting, being worked on, done, stopped. */
export type Tone = 'waiting' | 'active' | 'done' | 'stopped'

/** How a value is read; `labels` and `tones` go with the kinds that need them. */
export interface Shown {
  kind?:
    | 'text'
    | 'money'
    | 'wan'
    | 'date'
    | 'time'
    | 'label'
    | 'labels'
    | 'named'
    | 'names'
    | 'bool'
    | 'count'
    | 'status'
    | 'tier'
    | 'due'
    | 'period'
  labels?: Record<string, string>
  tones?: Record<string, Tone>
}

export interface Column<T = Record<string, unknown>> extends Shown {
  key: string
  label: string
  /** Where the value is, if not under the key. */
  value?: (row: T) => unknown
  /** Said small beneath: the number of what the cell names. */
  under?: (row: T) => string | null | undefined
  /** Long words may break; everything else stays on one line. */
  wrap?: boolean
  width?: string
  /** The API's sort key; the header becomes a button. */
  sort?: string
  /** Not shown until someone asks for it. */
  hidden?: boolean
}

export interface Fact extends Shown {
  key: string
  label: string
  value?: unknown
  wide?: boolean
  /** Left out where it is empty: that it is says nothing about this record. */
  optional?: boolean
  /** Shows what its masks hide, where the server offers that. */
  reveal?: ((reason: string) => Promise<string>) | null
}

const AMOUNTS = new Set(['money', 'wan', 'count'])

export const isAmount = ({ kind }: Shown) => AMOUNTS.has(kind ?? '')

export const valueOf = <T>(column: Column<T>, row: T): unknown =>
  column.value ? column.value(row) : (row as Record<string, unknown>)[column.key]

export interface Filter {
  key: string
  label: string
  /** `linked`: set by a link from elsewhere, shown as a word, never typed. */
  kind: 'text' | 'select' | 'multi' | 'date' | 'date-range' | 'linked' | string
  options?: Option[]
  /** Query names of both ends of a date range. */
  from?: string
  to?: string
  /** Behind 更多筛选. */
  more?: boolean
}

export interface Sum {
  amount: string
  /** So many rows say it; of the others nothing is known. */
  filled: number
}

export interface Page<T> {
  items: T[]
  next_cursor?: string | null
  prev_cursor?: string | null
  total?: number | null
  total_is_exact?: boolean
  /** By field, what the rows that fit come to; null where they are too many to be counted exactly. */
  sums?: Record<string, Sum> | null
  /** What somebody must know whose search found nothing. */
  notice?: string | null
}

export type QueryValue = string | string[] | number | boolean | undefined
export type ListQuery = Record<string, QueryValue>

export function optionsOf(labels: Record<string, string>): Option[] {
  return Object.entries(labels).map(([value, label]) => ({ value, label }))
}

const TIMES = new Set(['date', 'time', 'due', 'period'])

/** What is near is asked for first of deadlines, what is much of amounts. */
export const firstDown = ({ kind }: Shown) => kind !== 'due' && kind !== 'period'

/** How both orders by a column are called. */
export function orderWords({ kind }: Shown): { up: string; down: string } {
  if (kind === 'tier') return { up: '从轻到重', down: '从重到轻' }
  return TIMES.has(kind ?? '')
    ? { up: '从早到晚', down: '从晚到早' }
    : { up: '从小到大', down: '从大到小' }
}

/** The label, or the code itself: a newer server may know values that this page does not. */
export function labelOf(labels: Record<string, string>, value: string | null | undefined): string {
  return value ? (labels[value] ?? value) : ''
}

export const YES_NO: Option[] = [
  { value: 'true', label: '是' },
  { value: 'false', label: '否' },
]
