/** The account trees that a new book can begin with. */
import type { AccountType, Template } from '../contract/index.js'

export type TemplateLanguage = 'en' | 'zh-Hans'

/** An account to be made, with those below it, which have its type. */
export interface AccountSeed {
  readonly name: string
  readonly type: AccountType
  readonly code: string
  readonly children: readonly AccountSeed[]
}

interface Words {
  readonly en: string
  readonly 'zh-Hans': string
  readonly children?: readonly Words[]
}

const words = (en: string, chinese: string, children: readonly Words[] = []): Words => ({
  en,
  'zh-Hans': chinese,
  children
})

type Tree = Readonly<Record<AccountType, readonly Words[]>>

const ROOTS: Readonly<Record<AccountType, Words>> = {
  asset: words('Assets', '资产'),
  liability: words('Liabilities', '负债'),
  equity: words('Equity', '权益'),
  income: words('Income', '收入'),
  expense: words('Expenses', '支出')
}

const opening = words('Opening balances', '期初余额')
const bank = words('Bank', '银行存款')
const cash = words('Cash', '现金')

const TREES: Readonly<Record<Template, Tree>> = {
  household: {
    asset: [bank, cash, words('Savings', '储蓄'), words('Deposits', '押金')],
    liability: [words('Credit card', '信用卡'), words('Loans', '贷款')],
    equity: [opening],
    income: [
      words('Salary', '工资'),
      words('Interest', '利息'),
      words('Gifts', '礼金'),
      words('Other', '其他')
    ],
    expense: [
      words('Food', '餐饮', [words('Groceries', '食品杂货'), words('Eating out', '外出就餐')]),
      words('Home', '居家', [words('Rent', '房租'), words('Utilities', '水电燃气'), words('Repairs', '维修')]),
      words('Transport', '交通', [words('Public transport', '公共交通'), words('Car', '汽车')]),
      words('Health', '医疗健康'),
      words('Children', '子女'),
      words('Leisure', '休闲娱乐'),
      words('Clothing', '服饰'),
      words('Insurance', '保险'),
      words('Fees', '手续费'),
      words('Other', '其他')
    ]
  },
  club: {
    asset: [bank, cash, words('Receivable', '应收款'), words('Equipment', '设备')],
    liability: [words('Owed to members', '应付会员款'), words('Payable', '应付款')],
    equity: [opening, words('Reserves', '储备金')],
    income: [
      words('Membership fees', '会费'),
      words('Donations', '捐赠'),
      words('Events', '活动收入'),
      words('Grants', '补助'),
      words('Sales', '销售')
    ],
    expense: [
      words('Rent', '场地租金'),
      words('Utilities', '水电网络'),
      words('Tools', '工具'),
      words('Materials', '材料'),
      words('Events', '活动支出'),
      words('Insurance', '保险'),
      words('Fees', '手续费'),
      words('Other', '其他')
    ]
  },
  project: {
    asset: [bank, cash, words('Advances', '预付款')],
    liability: [words('Owed to contributors', '应付参与者款'), words('Payable', '应付款')],
    equity: [opening],
    income: [words('Funding', '资助'), words('Sponsors', '赞助'), words('Sales', '销售')],
    expense: [
      words('Materials', '材料'),
      words('Services', '服务', [words('Hosting', '托管'), words('Software', '软件'), words('Design', '设计')]),
      words('Travel', '差旅'),
      words('People', '人员'),
      words('Fees', '手续费'),
      words('Other', '其他')
    ]
  },
  business: {
    asset: [
      bank,
      cash,
      words('Receivable', '应收账款'),
      words('Inventory', '存货'),
      words('Equipment', '固定资产'),
      words('Input tax', '进项税')
    ],
    liability: [
      words('Payable', '应付账款'),
      words('Credit card', '信用卡'),
      words('Loans', '贷款'),
      words('Output tax', '销项税'),
      words('Payroll', '应付工资')
    ],
    equity: [
      opening,
      words('Capital', '实收资本'),
      words('Drawings', '提款'),
      words('Retained earnings', '留存收益')
    ],
    income: [
      words('Sales', '销售'),
      words('Services', '服务收入'),
      words('Interest', '利息'),
      words('Other', '其他')
    ],
    expense: [
      words('Cost of goods', '销货成本'),
      words('Wages', '工资'),
      words('Rent', '房租'),
      words('Utilities', '水电网络'),
      words('Office', '办公'),
      words('Software', '软件'),
      words('Marketing', '市场推广'),
      words('Travel', '差旅'),
      words('Insurance', '保险'),
      words('Professional fees', '专业服务费'),
      words('Bank fees', '银行手续费'),
      words('Taxes', '税费'),
      words('Depreciation', '折旧'),
      words('Other', '其他')
    ]
  }
}

const TYPES_IN_ORDER: readonly AccountType[] = ['asset', 'liability', 'equity', 'income', 'expense']

function grow(node: Words, type: AccountType, language: TemplateLanguage, code: string): AccountSeed {
  const children = (node.children ?? []).map((child, index) =>
    grow(child, type, language, `${code}${String(index + 1).padStart(2, '0')}`)
  )
  return { name: node[language], type, code, children }
}

/** The tree of a template, its top accounts in the usual order: assets, liabilities, equity, income, expenses. */
export const templateAccounts = (template: Template, language: TemplateLanguage): readonly AccountSeed[] =>
  TYPES_IN_ORDER.map((type, index) =>
    grow({ ...ROOTS[type], children: TREES[template][type] }, type, language, String(index + 1))
  )
