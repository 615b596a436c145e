/** What a chart says, apart from how it is drawn; the table behind it is made from the same object. */
export interface ChartSeries {
  name: string
  values: (number | null)[]
}

export interface ChartData {
  kind: 'bar' | 'bar-horizontal' | 'line'
  categories: string[]
  series: ChartSeries[]
  unit?: string
}
