//! Reports and notices that are one form with other words in it: what the sky is like, whose funeral, which dish. From
//! one seed the form (its sentences, lines, places), from another what a day fills in.

use super::copies::Maker;
use super::seed::Rng;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Forecast,
    Horoscope,
    LostThings,
    Obituary,
    Personnel,
    Event,
    Job,
    Menu,
}

impl Form {
    pub const ALL: [Self; 8] = [
        Self::Forecast,
        Self::Horoscope,
        Self::LostThings,
        Self::Obituary,
        Self::Personnel,
        Self::Event,
        Self::Job,
        Self::Menu,
    ];
}

/// What is filled in on a day: some of it as on an earlier one.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    seed: u64,
    before: u64,
    kept_per_mille: u64,
}

impl Day {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            before: seed,
            kept_per_mille: 0,
        }
    }

    /// A later day, on which so many slots have the words that they had before.
    pub fn later(self, seed: u64, kept_per_mille: u64) -> Self {
        Self {
            seed,
            before: self.seed,
            kept_per_mille,
        }
    }

    fn rng(self, slot: u64) -> Rng {
        let stream = |seed| Rng::new(Rng::for_thing(seed, slot).next_u64());
        let is_kept = stream(!self.seed).chance(self.kept_per_mille);
        stream(if is_kept { self.before } else { self.seed })
    }
}

const SKIES: [&[&str]; 2] = [
    &[
        "맑음",
        "흐림",
        "구름많음",
        "구름조금",
        "비",
        "눈",
        "소나기",
        "안개",
    ],
    &[
        "sunny",
        "cloudy",
        "partly cloudy",
        "mostly sunny",
        "rain",
        "snow",
        "scattered showers",
        "foggy",
    ],
];
const WINDS: [&[&str]; 2] = [
    &[
        "북풍",
        "남풍",
        "동풍",
        "서풍",
        "북서풍",
        "남서풍",
        "북동풍",
        "남동풍",
    ],
    &[
        "northerly",
        "southerly",
        "easterly",
        "westerly",
        "northwesterly",
        "southwesterly",
        "northeasterly",
        "southeasterly",
    ],
];
const LEVELS: [&[&str]; 2] = [
    &["좋음", "보통", "나쁨", "매우나쁨"],
    &["good", "moderate", "poor", "very poor"],
];
const COLOURS: [&[&str]; 2] = [
    &[
        "검은색",
        "흰색",
        "빨간색",
        "파란색",
        "갈색",
        "초록색",
        "회색",
        "노란색",
    ],
    &[
        "black", "white", "red", "blue", "brown", "green", "grey", "yellow",
    ],
];
const THINGS: [&[&str]; 2] = [
    &[
        "지갑",
        "우산",
        "휴대전화",
        "가방",
        "안경",
        "장갑",
        "이어폰",
        "신분증",
        "목도리",
        "책",
    ],
    &[
        "wallet",
        "umbrella",
        "phone",
        "bag",
        "pair of glasses",
        "pair of gloves",
        "pair of earphones",
        "identity card",
        "scarf",
        "book",
    ],
];
const KIN: [&[&str]; 2] = [
    &[
        "부친상",
        "모친상",
        "조부상",
        "조모상",
        "장인상",
        "장모상",
        "형제상",
    ],
    &[
        "father",
        "mother",
        "grandfather",
        "grandmother",
        "brother",
        "sister",
        "uncle",
    ],
];
const POSTS: [&[&str]; 2] = [
    &["국장", "부장", "과장", "팀장", "실장", "센터장", "본부장"],
    &[
        "director",
        "head of department",
        "manager",
        "team leader",
        "chief of staff",
        "head of office",
    ],
];
const EVENTS: [&[&str]; 2] = [
    &[
        "음악회",
        "걷기 대회",
        "벼룩시장",
        "독서 모임",
        "그림 전시회",
        "체험 교실",
        "강연회",
        "축제",
    ],
    &[
        "concert",
        "charity walk",
        "flea market",
        "reading circle",
        "exhibition of paintings",
        "workshop",
        "lecture",
        "festival",
    ],
];
const WHO: [&[&str]; 2] = [
    &[
        "주민 누구나",
        "초등학생",
        "청소년과 부모",
        "어르신",
        "직장인",
        "대학생",
        "신혼부부",
    ],
    &[
        "all residents",
        "primary school children",
        "teenagers and parents",
        "senior citizens",
        "people at work",
        "students",
        "young couples",
    ],
];
const JOBS: [&[&str]; 2] = [
    &[
        "경리 담당자",
        "배송 기사",
        "매장 판매원",
        "간호조무사",
        "웹 개발자",
        "주방 보조",
        "상담원",
        "생산직 사원",
    ],
    &[
        "bookkeeper",
        "delivery driver",
        "shop assistant",
        "nurse",
        "web developer",
        "kitchen hand",
        "call centre agent",
        "machine operator",
    ],
];
const TERMS: [&[&str]; 2] = [
    &[
        "정규직",
        "계약직",
        "시간제",
        "주말 근무",
        "야간 근무",
        "수습 후 정규직",
    ],
    &[
        "permanent",
        "fixed term",
        "part time",
        "weekends only",
        "night shift",
        "permanent after probation",
    ],
];
const DISHES: [&[&str]; 2] = [
    &[
        "된장찌개",
        "김치찌개",
        "제육볶음",
        "생선구이",
        "비빔밥",
        "잡채",
        "미역국",
        "콩나물국",
        "불고기",
        "달걀말이",
        "두부조림",
        "시금치나물",
        "감자조림",
        "오이무침",
        "닭볶음탕",
        "카레라이스",
    ],
    &[
        "tomato soup",
        "roast chicken",
        "baked fish",
        "vegetable curry",
        "beef stew",
        "green salad",
        "mushroom risotto",
        "lentil soup",
        "apple crumble",
        "fruit salad",
        "pasta bake",
        "potato gratin",
        "bean chilli",
        "lamb casserole",
        "rice pudding",
        "pea soup",
    ],
];
const WEEKDAYS: [[&str; 5]; 2] = [
    ["월요일", "화요일", "수요일", "목요일", "금요일"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
];
const SIGNS: [[&str; 12]; 2] = [
    [
        "쥐띠",
        "소띠",
        "호랑이띠",
        "토끼띠",
        "용띠",
        "뱀띠",
        "말띠",
        "양띠",
        "원숭이띠",
        "닭띠",
        "개띠",
        "돼지띠",
    ],
    [
        "Aries",
        "Taurus",
        "Gemini",
        "Cancer",
        "Leo",
        "Virgo",
        "Libra",
        "Scorpio",
        "Sagittarius",
        "Capricorn",
        "Aquarius",
        "Pisces",
    ],
];

/// A form that is being filled in.
struct Filling<'a> {
    korean: bool,
    /// Makes what belongs to the form.
    form: Maker<'a>,
    day: Day,
    n_slots: u64,
    text: String,
}

impl Filling<'_> {
    fn rng(&mut self) -> Rng {
        self.n_slots += 1;
        self.day.rng(self.n_slots)
    }

    fn value(&mut self, among: [&'static [&'static str]; 2]) -> String {
        let mut rng = self.rng();
        (*rng.choose(among[usize::from(!self.korean)])).to_owned()
    }

    /// A name that the day brings.
    fn name(&mut self) -> String {
        let mut rng = self.rng();
        let real = self.form.real;
        Maker {
            rng: &mut rng,
            korean: self.korean,
            real,
        }
        .word()
    }

    fn line(&mut self, korean: &str, english: &str, values: &[&str]) {
        let mut line = (if self.korean { korean } else { english }).to_owned();
        for value in values {
            line = line.replacen("{}", value, 1);
        }
        self.text += &line;
        self.text.push('\n');
    }

    /// Words of the form that stay.
    fn sentences(&mut self, n: usize) {
        for _ in 0..n {
            let sentence = self.form.plain_sentence();
            self.text += &sentence;
            self.text.push(' ');
        }
        self.text.push('\n');
    }

    fn forecast(&mut self) {
        let style = self.form.rng.below(4);
        let n = 6 + self.form.rng.below(8);
        let (before, after) = (1 + self.form.rng.below(2), 1 + self.form.rng.below(4));
        self.sentences(before);
        for _ in 0..n {
            let place = self.form.word();
            let (sky, later, wind, air) = (
                self.value(SKIES),
                self.value(SKIES),
                self.value(WINDS),
                self.value(LEVELS),
            );
            match style {
                0 => self.line(
                    "{} 지역은 오늘 {} 날씨가 되겠고 바람은 {}으로 불겠습니다.",
                    "In {} the day will be {} with {} winds along the coast.",
                    &[&place, &sky, &wind],
                ),
                1 => self.line(
                    "▲{}: 오전 {}, 오후 {} / 미세먼지 농도 {}",
                    "{}: morning {}, afternoon {}; air quality {}",
                    &[&place, &sky, &later, &air],
                ),
                2 => self.line(
                    "{}의 하늘 상태는 종일 {} 수준이며 미세먼지는 하루 내내 {} 단계로 예보됐다고 기상 당국이 전했습니다.",
                    "The sky over {} is expected to be {} all day long while the forecasters say that the air remains {} until the evening.",
                    &[&place, &sky, &air],
                ),
                _ => self.line(
                    "{} {} {} {}",
                    "{} {} {} {}",
                    &[&place, &sky, &wind, &air],
                ),
            }
        }
        self.sentences(after);
    }

    fn horoscope(&mut self) {
        let stock: Vec<String> = (0..30).map(|_| self.form.plain_sentence()).collect();
        let style = self.form.rng.below(2);
        self.sentences(1);
        for sign in SIGNS[usize::from(!self.korean)] {
            let saying = self.rng().choose(&stock).clone();
            let (colour, way) = (self.value(COLOURS), self.value(LEVELS));
            match style {
                0 => self.line(
                    "{}: {} 오늘 행운의 색은 {}이고 재물운은 {} 수준이다.",
                    "{}: {} Your lucky colour today is {} and money matters look {}.",
                    &[sign, &saying, &colour, &way],
                ),
                _ => self.line(
                    "{} 여러분의 오늘 운세를 알려 드립니다. 애정운은 {}, 행운을 부르는 색깔은 {}입니다.",
                    "Those born under {} should know what the stars say: love looks {} and the colour that brings luck is {}.",
                    &[sign, &way, &colour],
                ),
            }
        }
    }

    fn lost_things(&mut self) {
        self.sentences(1);
        for _ in 0..1 + self.form.rng.below(4) {
            let (thing, colour, place) = (self.value(THINGS), self.value(COLOURS), self.name());
            self.line(
                "습득물은 {} {}이며 {} 승강장에서 발견되어 보관하고 있습니다.",
                "A {} {} was handed in after it had been found near {} station and is being kept.",
                &[&colour, &thing, &place],
            );
        }
        let n = 3 + self.form.rng.below(4);
        self.sentences(n);
    }

    fn obituary(&mut self) {
        for _ in 0..1 + self.form.rng.below(4) {
            let (one, two, kin, hall) = (self.name(), self.name(), self.value(KIN), self.name());
            self.line(
                "▲{}씨 별세, {}씨 {}={}병원 장례식장, 발인은 유족의 뜻에 따라 조용히 치를 예정이다.",
                "{} has passed away, says {} of the family, who mourns a beloved {}. The funeral service will be held quietly at {} chapel.",
                &[&one, &two, &kin, &hall],
            );
        }
        let n = 2 + self.form.rng.below(4);
        self.sentences(n);
    }

    fn personnel(&mut self) {
        self.sentences(1);
        let long = self.form.rng.chance(500);
        for _ in 0..4 + self.form.rng.below(8) {
            let (office, post, name) = (self.form.word(), self.value(POSTS), self.name());
            match long {
                true => self.line(
                    "{} 소속으로 근무하게 될 신임 {} 자리에는 {} 씨가 임명되어 곧바로 업무를 시작한다.",
                    "The office of {} welcomes its new {}, {}, who takes up the duties with immediate effect.",
                    &[&office, &post, &name],
                ),
                false => self.line("◇{} ▲{} {}", "{}: {} {}", &[&office, &post, &name]),
            }
        }
        let n = 1 + self.form.rng.below(4);
        self.sentences(n);
    }

    fn event(&mut self) {
        let (place, event, who, desk) = (
            self.name(),
            self.value(EVENTS),
            self.value(WHO),
            self.name(),
        );
        self.line(
            "{} 문화센터에서 열리는 {} 참가자를 아래와 같이 모집하오니 많은 관심과 참여를 바랍니다.",
            "The {} community centre invites you to take part in its {}, for which you can register as follows.",
            &[&place, &event],
        );
        self.line("참가 대상: {}", "Open to: {}", &[&who]);
        let n = 2 + self.form.rng.below(3);
        self.sentences(n);
        self.line(
            "접수와 문의: {} 담당자. 선착순으로 마감되며 사정에 따라 일정이 바뀔 수 있습니다.",
            "Questions and registration: {} desk. Places are given in the order of registration and dates may change.",
            &[&desk],
        );
        let n = 1 + self.form.rng.below(4);
        self.sentences(n);
    }

    fn job(&mut self) {
        let (company, job, term, place) = (
            self.name(),
            self.value(JOBS),
            self.value(TERMS),
            self.name(),
        );
        let who = self.value(WHO);
        self.line(
            "{}에서 함께 일할 {}을 찾습니다. 근무 형태는 {}이고 근무지는 {} 일대입니다.",
            "{} is looking for a {} to join the team. The position is {} and based in {}.",
            &[&company, &job, &term, &place],
        );
        let n = 3 + self.form.rng.below(3);
        self.sentences(n);
        self.line("우대 사항: {}", "Preferred: {}", &[&who]);
        let n = 2 + self.form.rng.below(3);
        self.sentences(n);
    }

    fn menu(&mut self) {
        self.sentences(1);
        for weekday in WEEKDAYS[usize::from(!self.korean)] {
            let dishes: Vec<String> = (0..3).map(|_| self.value(DISHES)).collect();
            self.line(
                "{} 점심 식단: 잡곡밥, {}, {}, {}, 배추김치와 요구르트가 함께 나갑니다.",
                "{} lunch: {}, {}, {}, served with bread, butter and a glass of water.",
                &[weekday, &dishes[0], &dishes[1], &dishes[2]],
            );
        }
        let n = 2 + self.form.rng.below(4);
        self.sentences(n);
    }
}

impl Maker<'_> {
    /// A sentence without a number.
    fn plain_sentence(&mut self) -> String {
        let sentence = self.sentence();
        match sentence.chars().any(|c| c.is_ascii_digit()) {
            true => self.plain_sentence(),
            false => sentence,
        }
    }
}

/// What a form says on a day.
pub fn filled(
    form: Form,
    korean: bool,
    seed: u64,
    day: Day,
    real: &super::copies::RealTexts,
) -> String {
    let mut rng = Rng::for_thing(seed, 20 + form as u64);
    let mut filling = Filling {
        korean,
        form: Maker {
            rng: &mut rng,
            korean,
            real,
        },
        day,
        n_slots: 0,
        text: String::new(),
    };
    match form {
        Form::Forecast => filling.forecast(),
        Form::Horoscope => filling.horoscope(),
        Form::LostThings => filling.lost_things(),
        Form::Obituary => filling.obituary(),
        Form::Personnel => filling.personnel(),
        Form::Event => filling.event(),
        Form::Job => filling.job(),
        Form::Menu => filling.menu(),
    }
    filling.text
}
