"""What the rules workbook says to people who fill it in."""

COLUMNS = {
    "name": "单位全称，与公章一致。必填",
    "aliases": "别称、简称，几个之间用 | 隔开",
    "affiliation": "隶属关系，如 中央、省属、市属、民营",
    "category": "类别，如 高校、医院",
    "seat_city": "所在城市，从列表中选；由市汇总的单位必填",
    "domains": "单位自己的域名，几个之间用 | 隔开；不写 QQ、163 等公共邮箱的域名",
    "addresses": "登记的完整邮箱，几个之间用 | 隔开；一个邮箱只能属于一个单位",
    "route": "direct 直接报送；via_city 由所在市汇总；ask 交工作人员判断。必填",
    "note": "备注，给自己看",
    "code": "行政区划代码",
    "city": "城市全称。必填",
    "bureau": "科技主管部门全称。必填",
    "other_bureau_names": "旧名、简称、加挂的牌子，几个之间用 | 隔开",
    "region": "区域",
    "area_code": "电话区号",
    "abbreviation": "简称，一个字",
    "letter_prefix": "发文字号的字头",
    "districts": "区、县、县级市、功能区，写全称，几个之间用 | 隔开",
}
"""What to write in each column of the rules workbook."""
WORKBOOK = (
    "工作表 units 是单位名单，工作表 cities 是各市和科技主管部门。第一行的列名和工作表的名称不要改。",
    "加一个单位：在 units 最后加一行。一格里写几个的，用竖线 | 隔开。",
    "工作表“已确认的邮箱”（有的话）列出工作人员确认过的邮箱，只供查看，改了不起作用。",
    "改完保存，运行 collection-mailbox rules workbook import 本文件 规则文件夹。",
    "全部正确才会写入，有错会指出工作表和单元格。",
    "开通了用邮件改规则的，把本文件作附件寄到征集邮箱即可：先答复会有哪些影响，回信启用后才生效。",
)
"""The sheet that explains the rules workbook."""
