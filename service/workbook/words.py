"""How the workbook names states to staff."""

from service.domain.judgement import Channel, PieceState, Verdict

STATE_NAMES = {
    Verdict.ACCEPTED: "已收齐",
    Verdict.NEEDS_CORRECTION: "待补正",
    Verdict.WRONG_ROUTE: "已请转报",
    Verdict.STAFF_REVIEW: "待人工核对",
    Verdict.NOT_A_SUBMISSION: "非报送件",
}
CHANNEL_NAMES = {
    Channel.CITY_BUREAU: "市级汇总报送",
    Channel.DIRECT_UNIT: "直接报送",
    Channel.VIA_CITY: "由所在市汇总",
    Channel.UNKNOWN: "待核对",
}
PIECE_NAMES = {
    PieceState.RECEIVED: "已收",
    PieceState.MISSING: "缺",
    PieceState.NIL: "零报送",
    PieceState.FAULTY: "有误",
}
