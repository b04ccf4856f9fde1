//! Boards that post as real ones do: rates over three orders of magnitude, days and weeks, bursts, jumps. Made from a
//! seed; the same seed makes the same posts.

/// xorshift64*: enough for traces, and the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D)
    }

    /// In (0, 1).
    pub fn fraction(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        (bits as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -self.fraction().ln()
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.fraction().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.fraction()).cos()
    }
}

const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;
/// A Monday at midnight, UTC.
pub const START_S: i64 = 1_790_553_600;

/// A board whose true rate is known.
#[derive(Debug, Clone)]
pub struct Board {
    pub name: String,
    /// Posts a second, by hour since the start.
    pub rates: Vec<f64>,
    /// Seconds since 1970, in order.
    pub posts: Vec<f64>,
    /// When its rate jumps five-fold.
    pub jump_s: Option<f64>,
}

/// Relative rate by hour and day (0 is Monday); its scale does not matter.
fn shape(kind: usize, phase_h: f64, hour: usize, day: usize) -> f64 {
    let weekend = day >= 5;
    let hump = |peak: f64, width: f64| {
        let mut off = (hour as f64 + 0.5 - phase_h - peak).rem_euclid(24.0);
        if off > 12.0 {
            off = 24.0 - off;
        }
        (-off * off / (2.0 * width * width)).exp()
    };
    match kind {
        // Office: working hours with a dip at noon, next to nothing at weekends.
        0 => (0.02 + hump(10.5, 1.6) + hump(15.0, 2.0)) * if weekend { 0.12 } else { 1.0 },
        // Community: evenings, more at weekends.
        1 => (0.12 + hump(22.0, 2.8) + 0.5 * hump(13.0, 2.5)) * if weekend { 1.25 } else { 1.0 },
        // News: early morning to evening.
        2 => (0.06 + hump(7.5, 1.5) + 0.8 * hump(13.0, 4.5)) * if weekend { 0.55 } else { 1.0 },
        // Flat.
        3 => 1.0,
        // Scheduled: a few hours of each working day.
        4 => {
            let slots = [9, 12, 18].map(|slot| (slot + phase_h as usize) % 24);
            let due = slots.contains(&hour);
            if due && !weekend { 1.0 } else { 0.015 }
        }
        // Round the clock, from all over the world, and most at weekends.
        5 => (1.0 + 0.3 * hump(20.0, 4.0)) * if weekend { 1.8 } else { 1.0 },
        // A batch in one hour of every night.
        _ => {
            let due = (26.0 + phase_h) as usize % 24;
            if hour == due { 1.0 } else { 0.005 }
        }
    }
}

/// What the boards of a family have in common.
struct Family {
    /// Kinds of [`shape`], and the share of boards of each.
    kinds: &'static [(usize, f64)],
    median_per_day: f64,
    /// The share of boards whose posts come in bursts.
    bursty_share: f64,
}

const MIXED: Family = Family {
    kinds: &[(0, 0.25), (1, 0.35), (2, 0.20), (3, 0.10), (4, 0.10)],
    median_per_day: 9.0,
    bursty_share: 0.25,
};

fn of_family(family: &Family, seed: u64, n_boards: usize, n_days: usize) -> Vec<Board> {
    let mut dice = Dice::new(seed);
    (0..n_boards)
        .map(|number| board(&mut dice, number, n_days, family))
        .collect()
}

/// `n_boards` boards over `n_days` days from [`START_S`].
pub fn generate(seed: u64, n_boards: usize, n_days: usize) -> Vec<Board> {
    of_family(&MIXED, seed, n_boards, n_days)
}

/// Likewise, of offices alone: all of them are silent at the same hours.
pub fn offices(seed: u64, n_boards: usize, n_days: usize) -> Vec<Board> {
    let family = Family {
        kinds: &[(0, 1.0)],
        ..MIXED
    };
    of_family(&family, seed, n_boards, n_days)
}

/// Likewise, of boards whose posts all come in bursts.
pub fn bursty(seed: u64, n_boards: usize, n_days: usize) -> Vec<Board> {
    let family = Family {
        bursty_share: 1.0,
        ..MIXED
    };
    of_family(&family, seed, n_boards, n_days)
}

/// Likewise, of slow boards that have no hours of work: forums of all the world's time zones, machines that post at night,
/// boards that never change their pace.
pub fn sleepless(seed: u64, n_boards: usize, n_days: usize) -> Vec<Board> {
    let family = Family {
        kinds: &[(5, 0.4), (6, 0.3), (3, 0.3)],
        median_per_day: 2.0,
        ..MIXED
    };
    of_family(&family, seed, n_boards, n_days)
}

fn board(dice: &mut Dice, number: usize, n_days: usize, family: &Family) -> Board {
    // Capped as the busiest boards are.
    let per_day = (family.median_per_day * (1.8 * dice.normal()).exp()).clamp(0.05, 800.0);
    let mut left = dice.fraction();
    let drawn = family.kinds.iter().find(|(_, share)| {
        left -= share;
        left < 0.0
    });
    let kind = drawn.or(family.kinds.last()).map_or(0, |(kind, _)| *kind);
    let phase_h = dice.normal() * 1.2;
    let wobble: Vec<f64> = (0..168).map(|_| (0.15 * dice.normal()).exp()).collect();
    let bursty = dice.fraction() < family.bursty_share;
    let jump_day = (dice.fraction() < 0.10).then(|| n_days as f64 * (0.4 + 0.4 * dice.fraction()));
    let shape: Vec<f64> = (0..168)
        .map(|slot| shape(kind, phase_h, slot % 24, slot / 24) * wobble[slot])
        .collect();
    let mean = shape.iter().sum::<f64>() / 168.0;
    let rates: Vec<f64> = (0..n_days * 24)
        .map(|hour| {
            let jumped = jump_day.is_some_and(|day| hour as f64 / 24.0 >= day);
            per_day / DAY_S * shape[hour % 168] / mean * if jumped { 5.0 } else { 1.0 }
        })
        .collect();
    let mut posts = Vec::new();
    for (hour, rate) in rates.iter().enumerate() {
        // A burst brings three posts on average, so there are a third as many.
        let rate = if bursty { rate / 3.0 } else { *rate };
        let mut at_s = dice.exponential() / rate;
        while at_s < HOUR_S {
            let moment = START_S as f64 + hour as f64 * HOUR_S + at_s;
            posts.push(moment);
            let mut later = moment;
            while bursty && dice.fraction() < 2.0 / 3.0 {
                later += 90.0 * dice.exponential();
                posts.push(later);
            }
            at_s += dice.exponential() / rate;
        }
    }
    let end_s = START_S as f64 + n_days as f64 * DAY_S;
    posts.retain(|at_s| *at_s < end_s);
    posts.sort_by(f64::total_cmp);
    Board {
        name: format!("board{number:03}"),
        rates,
        posts,
        jump_s: jump_day.map(|day| START_S as f64 + (day * 24.0).ceil() * HOUR_S),
    }
}
