export interface FieldProblem {
  pointer: string
  code: string
  message: string
  /** What the field is called; within a list with its line: 第3行，金额. */
  label?: string
}

interface ProblemBody {
  title?: string
  detail?: string
  code?: string
  request_id?: string
  errors?: FieldProblem[]
  errors_total?: number
  error?: string
  error_description?: string
  allowed?: string[]
  article?: string
}

const BY_STATUS: Record<number, string> = {
  401: '登录已失效，请重新登录。',
  403: '您的岗位没有这项权限。',
  404: '记录不存在，或您的岗位看不到它。',
  409: '记录的状态已经变化，请刷新后再试。',
  413: '文件或内容过大。',
  415: '不支持这种文件类型。',
  422: '填写的内容有误，请检查。',
  429: '操作太频繁，请稍后再试。',
}

/** A refusal as the API explains it (RFC 9457). Branch on `code`, show `message`. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: FieldProblem[] = [],
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
    readonly allowed: string[] = [],
    /** Where the law or the plan says so. */
    readonly article: string | null = null,
    /** Faults in all, where not each is listed. */
    readonly errorsTotal = 0,
  ) {
    super(message)
    this.name = 'ApiProblem'
  }

  /** Messages by field name, for the form that sent the request. */
  get byField(): Record<string, string> {
    const found: Record<string, string> = {}
    for (const error of this.errors) {
      const steps = error.pointer.split('/').filter((step) => step && step !== 'body')
      found[steps.join('.')] ??= error.message
      found[steps[0] ?? ''] ??= steps.length > 1 ? told(error) : error.message
    }
    return found
  }
}

/** A fault away from its field: which one it is has to be said. */
export function told({ label, message }: FieldProblem): string {
  return label && !message.includes(label) ? `${label}：${message}` : message
}

export function problemOf(response: Response, body: unknown): ApiProblem {
  const given = (typeof body === 'object' && body !== null ? body : {}) as ProblemBody
  const message =
    given.detail ??
    given.error_description ??
    given.title ??
    BY_STATUS[response.status] ??
    '服务器出错了，请稍后再试。'
  const wait = Number(response.headers.get('Retry-After'))
  return new ApiProblem(
    response.status,
    given.code ?? given.error ?? `http_${response.status}`,
    message,
    Array.isArray(given.errors) ? given.errors : [],
    given.request_id ?? response.headers.get('X-Request-ID'),
    Number.isFinite(wait) && wait > 0 ? wait : null,
    given.allowed ?? [],
    given.article ?? null,
    given.errors_total ?? 0,
  )
}

/** How browsers word a request that got no answer; any other TypeError is a fault of ours. */
const UNANSWERED = /fetch|network|load failed|upload failed|dynamically imported module/i

/** Whatever was thrown, as something that can be said to a person. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (error instanceof TypeError && UNANSWERED.test(error.message)) {
    return new ApiProblem(0, 'network', '连接不上服务器，请检查网络后重试。')
  }
  return new ApiProblem(0, 'unknown', '页面出错了，请刷新后重试。')
}
