/** What happens in the made-up household, and on which days. Accounts are paths of the English household template. */
import type { IsoDate } from '../contract/index.js'

export interface Words {
  readonly en: string
  readonly 'zh-Hans': string
}
export const words = (en: string, chinese: string): Words => ({ en, 'zh-Hans': chinese })

/** Something that happens on some days. Accounts are paths of the English template. */
export interface Habit {
  readonly on: (day: Day) => boolean
  readonly payees: readonly Words[]
  readonly from: string
  readonly to: string
  /** In cents of a euro, from and to. */
  readonly cents: readonly [number, number]
  readonly note?: Words
  readonly tag?: Words
}

export interface Day {
  readonly date: IsoDate
  readonly month: number
  readonly dayOfMonth: number
  /** 0 is Sunday. */
  readonly weekday: number
  /** Days since 1970. */
  readonly number: number
}

const monthly = (dayOfMonth: number) => (day: Day) => day.dayOfMonth === dayOfMonth
const yearly = (month: number, dayOfMonth: number) => (day: Day) =>
  day.month === month && day.dayOfMonth === dayOfMonth
const every = (days: number, first: number) => (day: Day) => day.number % days === first
const quarterly = (dayOfMonth: number) => (day: Day) => day.month % 3 === 0 && day.dayOfMonth === dayOfMonth

export const BANK = 'Assets:Bank'
export const CASH = 'Assets:Cash'
export const CARD = 'Liabilities:Credit card'
const fixed = (cents: number): readonly [number, number] => [cents, cents]
export const HOLIDAY = words('holiday', '旅行')

export const HABITS: readonly Habit[] = [
  {
    on: monthly(1),
    payees: [words('Hofmann Property', '恒安物业')],
    from: BANK,
    to: 'Expenses:Home:Rent',
    cents: fixed(98_000),
    note: words('Rent, 3rd floor', '三楼房租')
  },
  {
    on: quarterly(3),
    payees: [words('City Power', '城市电力')],
    from: BANK,
    to: 'Expenses:Home:Utilities',
    cents: [18_600, 35_400]
  },
  {
    on: monthly(5),
    payees: [words('Northnet', '北网宽带')],
    from: BANK,
    to: 'Expenses:Home:Utilities',
    cents: fixed(3490),
    note: words('Internet and phone', '宽带和电话')
  },
  {
    on: monthly(2),
    payees: [words('Transit Authority', '市公交')],
    from: BANK,
    to: 'Expenses:Transport:Public transport',
    cents: fixed(5800),
    note: words('Monthly pass', '月票')
  },
  {
    on: monthly(25),
    payees: [words('Lindqvist Ltd', '林氏有限公司')],
    from: 'Income:Salary',
    to: BANK,
    cents: fixed(312_400),
    note: words('Salary', '工资')
  },
  {
    on: monthly(26),
    payees: [words('Transfer to savings', '转入储蓄')],
    from: BANK,
    to: 'Assets:Savings',
    cents: fixed(40_000)
  },
  {
    on: (day) => day.month % 2 === 0 && day.dayOfMonth === 7,
    payees: [words('Cash machine', '自动取款机')],
    from: BANK,
    to: CASH,
    cents: fixed(15_000)
  },
  {
    on: quarterly(30),
    payees: [words('Savings Bank', '储蓄银行')],
    from: 'Income:Interest',
    to: 'Assets:Savings',
    cents: [1800, 2600]
  },
  {
    on: quarterly(10),
    payees: [words('Mutual Insurance', '互助保险')],
    from: BANK,
    to: 'Expenses:Insurance',
    cents: fixed(18_900)
  },
  {
    on: quarterly(28),
    payees: [words('Savings Bank', '储蓄银行')],
    from: BANK,
    to: 'Expenses:Fees',
    cents: fixed(690),
    note: words('Account fee', '账户管理费')
  },
  {
    on: every(9, 3),
    payees: [
      words('Corner Market', '街角超市'),
      words('Green Grocer', '绿叶蔬果'),
      words('Wholefood Co-op', '有机合作社'),
      words('Saturday market', '周六集市')
    ],
    from: CARD,
    to: 'Expenses:Food:Groceries',
    cents: [1850, 9400]
  },
  {
    on: every(26, 5),
    payees: [words('Baker Yilmaz', '麦香面包房'), words('Butcher Kern', '柯记肉铺')],
    from: CASH,
    to: 'Expenses:Food:Groceries',
    cents: [380, 1900]
  },
  {
    on: (day) => day.weekday === 5 && day.number % 3 === 0,
    payees: [
      words('Trattoria Sole', '阳光小馆'),
      words('Noodle House', '兰州拉面'),
      words('Café Mokka', '摩卡咖啡'),
      words('Curry Corner', '咖喱屋')
    ],
    from: CARD,
    to: 'Expenses:Food:Eating out',
    cents: [1200, 6800]
  },
  {
    on: every(33, 9),
    payees: [words('Fuel Station 24', '二十四小时加油站')],
    from: CARD,
    to: 'Expenses:Transport:Car',
    cents: [4800, 7900]
  },
  {
    on: every(41, 17),
    payees: [
      words('Cinema Astor', '星光影院'),
      words('Bookshop Lime', '青柠书店'),
      words('Climbing hall', '攀岩馆')
    ],
    from: CARD,
    to: 'Expenses:Leisure',
    cents: [1400, 4600]
  },
  {
    on: every(67, 20),
    payees: [words('Pharmacy am Markt', '市场药房'), words('Dr. Okafor', '欧医生诊所')],
    from: BANK,
    to: 'Expenses:Health',
    cents: [900, 6500]
  },
  {
    on: every(58, 30),
    payees: [words('School canteen', '学校食堂'), words('Music school', '音乐学校')],
    from: BANK,
    to: 'Expenses:Children',
    cents: [3500, 9000],
    tag: words('school', '学校')
  },
  {
    on: every(75, 40),
    payees: [words('Outfitters', '衣橱')],
    from: CARD,
    to: 'Expenses:Clothing',
    cents: [2900, 12_900]
  },
  {
    on: yearly(4, 14),
    payees: [words('Plumber Novak', '诺瓦克水管维修')],
    from: BANK,
    to: 'Expenses:Home:Repairs',
    cents: fixed(21_430),
    note: words('Kitchen tap and siphon', '厨房水龙头和下水弯管')
  },
  {
    on: yearly(12, 24),
    payees: [words('Grandma', '奶奶')],
    from: 'Income:Gifts',
    to: CASH,
    cents: fixed(10_000)
  },
  {
    on: yearly(8, 2),
    payees: [words('Rail tickets', '火车票')],
    from: CARD,
    to: 'Expenses:Leisure',
    cents: fixed(18_760),
    tag: HOLIDAY
  },
  {
    on: yearly(6, 17),
    payees: [words('Deposit for the boat', '租船押金')],
    from: BANK,
    to: 'Assets:Deposits',
    cents: fixed(20_000),
    tag: HOLIDAY
  },
  {
    on: yearly(8, 20),
    payees: [words('Deposit for the boat', '租船押金')],
    from: 'Assets:Deposits',
    to: BANK,
    cents: fixed(20_000),
    tag: HOLIDAY
  }
]
