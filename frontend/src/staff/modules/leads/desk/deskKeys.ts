import { ref, watch } from 'vue'

/** What the keys of the desk do. */
export const DESK_KEYS: [string, string][] = [
  ['A', '交办（刚接收的先登记再交办）'],
  ['R', '登记'],
  ['X', '不予受理'],
  ['M', '并入相似的线索'],
  ['N 或 S', '下一条；没有办理的就是跳过，下一轮再来'],
  ['P', '上一条'],
  ['O', '打开线索详情'],
  ['G', '看完一轮后从头再看'],
  ['Ctrl + Enter', '提交正在填写的内容'],
  ['Esc', '放弃正在填写的内容'],
  ['?', '显示本说明'],
]

const STORED = 'yinling.desk-keys'

function stored(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off'
  } catch {
    return true
  }
}

/** Single letters act at once; who dictates or types by accident can turn that off. */
export const keysAreOn = ref(stored())

watch(keysAreOn, (on) => {
  try {
    localStorage.setItem(STORED, on ? 'on' : 'off')
  } catch {
    // Without storage the choice holds for this visit.
  }
})
