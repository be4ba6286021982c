/*
 * A driver: claims the run when it is due, folds its journal, does what is wanted, commits, parks, and may die anywhere.
 * orchestration/driving/driver.py, execution/loop.py, journal/recorder.py.
 */

mtype:stage = { ASLEEP, CLAIMED, OPENING, DRIVING, LETTING_GO };

typedef Mind {                        /* what a crash takes away */
    mtype:stage stage = ASLEEP;
    byte epoch, version, mail_read;
    Step step[STEPS];                 /* Recorder.state */
    bool has_news;                    /* Recorder._pending: events that are not durable */
    byte ends[STEPS];                 /* how many of those end that step */
    bool is_over, parks;              /* what the last commit is to say */
    mtype:wake wake;
    bool resends;                     /* the reply to its commit was lost: it sends the same again */
    bool waits;                       /* its request has left, its answer is not in */
    byte last                         /* the step of its last request */
}
Mind mind[DRIVERS];

#define OF(me, s) mind[me].step[s]
#define PRESENT(me) (OF(me, 0).phase != ENDED -> 0 : STEPS - 1)
#define ACTS(me) (mind[me].stage == DRIVING && !mind[me].resends)
#define IS_DOUBTED(me, class) (OF(me, PRESENT(me)).phase == IN_DOUBT && kind[PRESENT(me)] == class)
#define LAST_KEY(me) KEY(me, mind[me].last)

#ifdef KEY_FROM_ATTEMPT
#define KEY(me, s) ((s) * KEYS + OF(me, s).attempt % KEYS)
#else
#define KEY(me, s) ((s) * KEYS + OF(me, s).family)        /* ids.idempotency_key */
#endif

#ifdef INTENT_LATER
#define INTENT_IS_DURABLE(me) true
#else
#define INTENT_IS_DURABLE(me) (!mind[me].has_news || kind[PRESENT(me)] == READ)      /* Recorder.durable */
#endif

#ifdef COMPLETE_IN_DOUBT
#define IS_BEHIND(me, s) (OF(me, s).phase == ENDED || OF(me, s).phase == IN_DOUBT)
#else
#define IS_BEHIND(me, s) (OF(me, s).phase == ENDED)
#endif

#ifdef ANSWER_TO_ANY_ATTEMPT
#define IS_MEANT(me) (OF(me, its).phase == IN_DOUBT)
#else
#define IS_MEANT(me) (OF(me, its).phase == IN_DOUBT && mail_attempt[at] == OF(me, its).attempt)
#endif
#define IS_NEWS(me) \
    (OF(me, its).phase == WANTED && OF(me, its).is_unsure && mail_attempt[at] == OF(me, its).attempt)

inline forget(me) {
    mind[me].stage = ASLEEP;
    mind[me].epoch = 0; mind[me].version = 0; mind[me].mail_read = 0; mind[me].last = 0;
    mind[me].has_news = false; mind[me].is_over = false; mind[me].parks = false; mind[me].wake = NEVER;
    mind[me].resends = false; mind[me].waits = false;
    for (i : 0 .. STEPS - 1) {
        OF(me, i).phase = WANTED; OF(me, i).attempt = 0; OF(me, i).family = 0; OF(me, i).is_unsure = false;
        mind[me].ends[i] = 0
    }
    i = 0
}

inline end_step(me, s) {                                  /* StepEnded, or DoubtSettled with a result */
    OF(me, s).phase = ENDED;
    mind[me].ends[s]++;
    mind[me].has_news = true
}

/* Intent without outcome: execution/interrupt.py after a crash, stages/call.py when the time is up. */
inline interrupted(me, s) {
    mind[me].has_news = true;
    OF(me, s).is_unsure = true;
    if
#ifdef UNSAFE_AGAIN
    :: true -> OF(me, s).phase = WANTED
#else
#ifdef INTENT_IS_ENOUGH
    :: true -> end_step(me, s)
#else
    :: kind[s] == READ || kind[s] == KEYED -> OF(me, s).phase = WANTED
    :: else -> OF(me, s).phase = IN_DOUBT
#endif
#endif
    fi
}

/* Driver.drive: fold the journal, then say what became of work that was cut off. */
inline fold(me) {
    mind[me].version = version;
    mind[me].mail_read = mail_read;
    for (i : 0 .. STEPS - 1) {
        copy(OF(me, i), step[i]);
        if
        :: step[i].phase == INTENDED -> interrupted(me, i)
        :: else
        fi
    }
    i = 0
}

inline want_again(me, s) {                                /* it is certain that no attempt so far has done anything */
    OF(me, s).phase = WANTED;
    OF(me, s).is_unsure = false;
    mind[me].has_news = true
}

/* Driver._read_mail, Settling.hear: one letter. What settles a doubt names the attempt that it speaks of. */
inline read_letter(me) {
    at = mind[me].mail_read;
    its = mail_step[at];
    mind[me].mail_read++;
    mind[me].has_news = true;
    if
#ifdef OUTCOME_TAKEN_UNASKED
    :: mail_kind[at] == OUTCOME -> end_step(me, its)
#else
    :: mail_kind[at] == OUTCOME && (IS_MEANT(me) || IS_NEWS(me)) -> end_step(me, its)
#endif
    :: mail_kind[at] == HAPPENED && IS_MEANT(me) -> end_step(me, its)
    :: mail_kind[at] == DID_NOT && IS_MEANT(me) -> want_again(me, its)
    :: else
    fi;
    at = 0; its = 0
}

/* A definite failure. Only if it speaks for every attempt under the key may the next one have a new key. */
inline failed(me, s) {
    mind[me].waits = false;
    mind[me].has_news = true;
    OF(me, s).phase = WANTED;
    if
#ifdef NEW_KEY_WHILE_UNSURE
    :: true -> OF(me, s).family++
#else
    :: !OF(me, s).is_unsure -> OF(me, s).family++
    :: else
#endif
    fi
}

/* Recorder._confirm. Whoever gets no reply may send the same commit again: journal/port.py promises that it may. */
inline confirm(me) {
    if
    :: lost_replies > 0 && mind[me].has_news -> lost_replies--; mind[me].resends = true
    :: mind[me].stage == LETTING_GO -> forget(me)
    :: mind[me].stage != LETTING_GO ->
        mind[me].version = version;
        mind[me].has_news = false;
        mind[me].resends = false;
        for (i : 0 .. STEPS - 1) { mind[me].ends[i] = 0 }
        i = 0
    fi
}

/* Fenced: it stops, and tells the run's inbox what became of its last request, if it lives to do so. late_letters. */
inline stop(me) {
    its = mind[me].last;
    if
    :: kind[its] != READ && (mind[me].ends[its] > 0 || (mind[me].waits && arrived[KEY(me, its)] > 0)) ->
        post(OUTCOME, its, OF(me, its).attempt)
    :: true
    fi;
    its = 0;
    forget(me)
}

inline let_go(me, until) {                                /* Driver._park: RunParked, with the inbox read so far */
    mind[me].stage = LETTING_GO;
    mind[me].has_news = true;
    mind[me].parks = true;
    mind[me].wake = until
}

proctype Driver(byte me) {
    byte i, at, its, s;
    bool is_fenced;

    do
    :: atomic { is_over && mind[me].stage == ASLEEP -> break }

    :: atomic { mind[me].stage == ASLEEP && !is_over && IS_DUE && lease_lives }         /* Held: nothing has changed */
    :: atomic { mind[me].stage == ASLEEP && !is_over && IS_DUE && !lease_lives ->
        claim(me);
        mind[me].epoch = epoch;
        mind[me].stage = CLAIMED }

    :: atomic { mind[me].stage == CLAIMED -> fold(me); mind[me].stage = OPENING }

    /* Before it decides anything it reads what is in the inbox; later, whenever it happens to look. */
    :: atomic { mind[me].stage == OPENING && mind[me].mail_read == mail_count -> mind[me].stage = DRIVING }
    :: atomic { (mind[me].stage == OPENING || ACTS(me)) && mind[me].mail_read < mail_count -> read_letter(me) }

    /* Recorder.write, at any moment, with what was appended so far; without news, to renew what is in question. */
    :: atomic { mind[me].stage != ASLEEP && mind[me].stage != CLAIMED &&
                (mind[me].has_news || mind[me].epoch != epoch || !lease_lives) ->
        commit(me, is_fenced);
        if
        :: is_fenced -> stop(me)
        :: else -> confirm(me)
        fi;
        is_fenced = false }

    /* stages/intent.py */
    :: atomic { ACTS(me) && OF(me, PRESENT(me)).phase == WANTED && MAY_REPEAT_NOW(PRESENT(me)) ->
        s = PRESENT(me);
        OF(me, s).phase = INTENDED;
        OF(me, s).attempt++;
        mind[me].has_news = true;
        s = 0 }

    /* stages/call.py: sent; answered; refused; nobody knows. stages/audit.py records it. */
    :: atomic { ACTS(me) && OF(me, PRESENT(me)).phase == INTENDED && !mind[me].waits && INTENT_IS_DURABLE(me) ->
        s = PRESENT(me);
        mind[me].waits = true;
        mind[me].last = s;
        send(s, KEY(me, s));
        s = 0 }
    :: atomic { ACTS(me) && mind[me].waits && arrived[LAST_KEY(me)] > 0 ->
        mind[me].waits = false;
        end_step(me, mind[me].last) }
    :: atomic { ACTS(me) && mind[me].waits && failures > 0 && CAN_FAIL(LAST_KEY(me)) ->
        failures--;
        refuse(mind[me].last, LAST_KEY(me));
        failed(me, mind[me].last) }
    :: atomic { ACTS(me) && mind[me].waits && (timeouts > 0 || IS_GONE(LAST_KEY(me))) ->
        if
        :: IS_GONE(LAST_KEY(me))
        :: else -> timeouts--
        fi;
        mind[me].waits = false;
        interrupted(me, mind[me].last) }

    /* integration/tools/doubts.py: probe(key), once it is settled what has arrived and what has not. */
    :: atomic { ACTS(me) && IS_DOUBTED(me, TRANSACTIONAL) ->
        s = PRESENT(me);
        if
        :: !IS_SETTLED(s) -> let_go(me, LATER)
        :: IS_SETTLED(s) && effects[s] > 0 -> end_step(me, s)
        :: IS_SETTLED(s) && effects[s] == 0 -> want_again(me, s)
        fi;
        s = 0 }
    :: atomic { ACTS(me) && IS_DOUBTED(me, UNSAFE) -> let_go(me, NEVER) }

    :: atomic { ACTS(me) && IS_BEHIND(me, 0) && IS_BEHIND(me, STEPS - 1) ->
        mind[me].is_over = true;
        mind[me].has_news = true;
        mind[me].stage = LETTING_GO }

    :: atomic { mind[me].stage != ASLEEP && crashes > 0 -> crashes--; forget(me) }
    od
}
