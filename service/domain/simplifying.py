"""Traditional characters as simplified ones: those of official letters and of organisations' names, no dictionary."""

_TRADITIONAL = str.maketrans(
    "蓋廣東學術技員會國華業農醫藥師範電網鐵車輛際資產經營實驗測試計劃開發區縣鎮鄉臺灣門貿銀機構創團體質環護衛規設備動聯絡"
    "陽義烏連雲漢濟瀋遼寧龍陸海運輸進應災訊軟體礦層質點熱帶總檢驗檔館園藝戲劇傳媒證監審計稅務財訓練養殖飼養種業優"
    "無關報現請閱徵覆與為對沒單暫統並採納項類數辦貴廳問嗎麼個們來後時給將從寫還隨補",
    "盖广东学术技员会国华业农医药师范电网铁车辆际资产经营实验测试计划开发区县镇乡台湾门贸银机构创团体质环护卫规设备动联络"
    "阳义乌连云汉济沈辽宁龙陆海运输进应灾讯软体矿层质点热带总检验档馆园艺戏剧传媒证监审计税务财训练养殖饲养种业优"
    "无关报现请阅征复与为对没单暂统并采纳项类数办贵厅问吗么个们来后时给将从写还随补",
)


def simplified(text: str) -> str:
    """The text with the traditional characters that we know written as simplified ones."""
    return text.translate(_TRADITIONAL)
