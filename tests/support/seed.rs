//! Numbers and sentences from a seed: the same seed gives the same board on every machine and in every run.

/// SplitMix64 (Steele, Lea, Flood 2014): ten lines, no state to share, good enough to choose words and moments.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator for one thing of many, independent of the order in which they are asked for.
    pub fn for_thing(seed: u64, thing: u64) -> Self {
        let mut rng = Self(seed ^ thing.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        rng.next_u64();
        rng
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `0..end`; `end` is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_u64() % end as u64) as usize
    }

    /// True `per_mille` times of a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.next_u64() % 1000 < per_mille
    }

    pub fn choose<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    /// 32 hexadecimal digits, as engines make tokens and session ids.
    pub fn hex32(&mut self) -> String {
        format!("{:016x}{:016x}", self.next_u64(), self.next_u64())
    }
}

const PLACES: [&str; 12] = [
    "솔빛마을",
    "한내동",
    "가람역",
    "달재시장",
    "윗샘골",
    "푸른내",
    "큰들",
    "새나루",
    "바람재",
    "은행나무길",
    "돌다리",
    "느티공원",
];
const THINGS: [&str; 14] = [
    "작은 도서관",
    "마을버스",
    "텃밭",
    "자전거길",
    "빵집",
    "놀이터",
    "동네 축제",
    "분리수거장",
    "산책로",
    "벼룩시장",
    "주민센터",
    "야시장",
    "수영장",
    "공방",
];
const EVENTS: [&str; 12] = [
    "문을 열었다",
    "시간이 바뀐다",
    "두 배로 늘었다",
    "잠시 쉰다",
    "이름을 바꾼다",
    "새 단장을 마쳤다",
    "손님을 맞는다",
    "자리를 옮긴다",
    "투표에 부친다",
    "반응이 엇갈린다",
    "올해도 열린다",
    "값을 내린다",
];
const TAILS: [&str; 10] = [
    "",
    "",
    "",
    "…주민들 반겨",
    "(종합)",
    "?",
    " [사진]",
    " & 그 뒤 이야기",
    ", \"천천히 하자\"",
    " <1부>",
];
const HEADS: [&str; 6] = ["", "", "", "[알림] ", "[속보] ", "‘우리 동네’ "];
const OPENINGS: [&str; 10] = [
    "아침 일찍 나선 사람들이 하나둘 모여들었다",
    "지난주까지만 해도 아는 이가 드물었다",
    "비가 그친 뒤라 길은 아직 젖어 있었다",
    "담당자는 서두르지 않겠다고 말했다",
    "이웃들은 저마다 한마디씩 보탰다",
    "준비에는 꼬박 석 달이 걸렸다고 한다",
    "처음에는 다들 고개를 갸웃했다",
    "올해 예산은 작년과 같은 수준이다",
    "아이들은 벌써 다음 모임을 묻는다",
    "현장에서는 작은 소란도 있었다",
];
const CLOSINGS: [&str; 10] = [
    "다음 회의는 보름 뒤에 열린다",
    "결과는 게시판에 다시 올리기로 했다",
    "참가비는 없고 누구나 올 수 있다",
    "자세한 일정은 나중에 알린다고 했다",
    "그래도 대체로 만족한다는 답이 많았다",
    "반대 의견도 적지 않아 조금 더 듣기로 했다",
    "사진은 다음 주에 따로 모아 올린다",
    "문의는 평일 낮에 받는다",
    "이번에는 표 <2>를 함께 붙였다",
    "A&B 두 안을 놓고 고르는 중이다",
];
const PEOPLE: [&str; 10] = [
    "느티나무",
    "새벽달",
    "동네소식",
    "강물처럼",
    "호두과자",
    "산까치",
    "옥상텃밭",
    "종이배",
    "가람",
    "보리차",
];
pub const CATEGORIES: [&str; 4] = ["마을", "장터", "소식", "IT"];

pub fn title(rng: &mut Rng) -> String {
    format!(
        "{}{} {} {}{}",
        rng.choose(&HEADS),
        rng.choose(&PLACES),
        rng.choose(&THINGS),
        rng.choose(&EVENTS),
        rng.choose(&TAILS)
    )
}

/// A paragraph that no other has: `mark` stands in it.
pub fn paragraph(rng: &mut Rng, mark: &str) -> String {
    format!(
        "{}. {} {}에서는 {}명이 함께했고, {}. ({mark})",
        rng.choose(&OPENINGS),
        rng.choose(&PLACES),
        rng.choose(&THINGS),
        rng.below(480) + 3,
        rng.choose(&CLOSINGS),
    )
}

pub fn person(rng: &mut Rng) -> &'static str {
    PEOPLE[rng.below(PEOPLE.len())]
}
