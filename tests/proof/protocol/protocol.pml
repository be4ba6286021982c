/*
 * Two drivers and one run: the protocol of claim, commit, step and inbox, with all that may go wrong at any moment.
 *
 * Checked with spin: test_protocol.py searches every order of events under several budgets of trouble, test_planted.py
 * turns on one mistake after the other (each stands here behind an #ifdef) and expects it to be found. store.pml,
 * driver.pml and the processes below name the code that each part stands for; a promise is an assertion in CAPITALS.
 *
 * Left out, for no promise here depends on it: payloads, models, budgets, other runs, branches side by side (one recorder
 * orders what they append). Time is order only: a lease lives or has run out, an instant has come or not.
 */

#ifndef STEPS
#define STEPS 1          /* one after the other, of whatever class */
#endif
#ifndef CRASHES
#define CRASHES 0        /* a driver's process is gone, with all that is not durable */
#endif
#ifndef JUMPS
#define JUMPS 0          /* a lease runs out though its driver lives: it was frozen, or the clock was moved */
#endif
#ifndef LOST_REPLIES
#define LOST_REPLIES 0   /* a commit is durable and its driver is not told */
#endif
#ifndef LOST_REQUESTS
#define LOST_REQUESTS 0  /* a request never arrives */
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0       /* a driver gives up waiting while its request, or the answer, is under way */
#endif
#ifndef FAILURES
#define FAILURES 0       /* the other side refuses one request, for certain */
#endif
#ifndef NOTES
#define NOTES 0          /* letters that only have to be read */
#endif
#ifndef SECOND_ANSWERS
#define SECOND_ANSWERS 0 /* a person settles what was settled already */
#endif

#define DRIVERS 2
#define EPOCHS_MAX 20    /* asserted not to be reached: no search is cut off */
#define MAIL_MAX 8       /* likewise */
#ifdef KEY_FROM_ATTEMPT
#define KEYS 4
#else
#define KEYS (FAILURES + 1)
#endif

byte crashes = CRASHES, jumps = JUMPS, lost_replies = LOST_REPLIES, lost_requests = LOST_REQUESTS;
byte timeouts = TIMEOUTS, failures = FAILURES, notes = NOTES, second_answers = SECOND_ANSWERS;

mtype:kind = { READ, KEYED, TRANSACTIONAL, UNSAFE };      /* kernel/effects.py; pure is as read */
mtype:kind kind[STEPS];

byte travelling[STEPS * KEYS];        /* requests under way, by step and key */
byte arrived[STEPS * KEYS];           /* whether one has come */
byte effects[STEPS];                  /* how often the world was changed */
byte sent[STEPS];                     /* requests that left, without those refused for certain */
byte told_to_run[STEPS];              /* how often a person said: it did not happen, run it */
byte wrong_run[STEPS];                /* …and it had happened */
byte wrong_done[STEPS];               /* how often a person said that it happened, and it had not */
byte answered[STEPS];                 /* the last attempt whose doubt a person has settled */

#define IS_GONE(key) (travelling[key] == 0 && arrived[key] == 0)
#define CAN_FAIL(key) (travelling[key] > 0 && arrived[key] == 0)
#define IS_DONE(s) (kind[s] == READ || effects[s] + wrong_done[s] > 0)
#define ON_THE_WAY(s) (travelling[(s) * KEYS] > 0 || travelling[(s) * KEYS + KEYS - 1] > 0)
#define MAY_STILL_SEND(me, s) \
    (mind[me].stage == DRIVING && mind[me].step[s].phase == INTENDED && !mind[me].waits && !mind[me].has_news)

/* The tool's deadline and its settle_seconds have passed: what has not arrived does not arrive any more. That is an
   assumption about the world, nothing that code can see to: where it does not hold, a window remains. */
#define HAS_SETTLED(s) (!ON_THE_WAY(s) && !MAY_STILL_SEND(0, s) && !MAY_STILL_SEND(1, s))
#ifdef NO_SETTLE_TIME
#define IS_SETTLED(s) true
#else
#define IS_SETTLED(s) HAS_SETTLED(s)
#endif

#ifdef ANSWER_TOO_EARLY               /* …and only what follows from the answer waits */
#define MAY_ANSWER(s) true
#define MAY_REPEAT_NOW(s) (told_to_run[s] == 0 || HAS_SETTLED(s))
#else
#define MAY_ANSWER(s) IS_SETTLED(s)   /* what a person has seen stays so */
#define MAY_REPEAT_NOW(s) true
#endif

inline send(s, key) {
    travelling[key]++;
    sent[s]++;
    assert(kind[s] != UNSAFE || sent[s] <= 1 + told_to_run[s])         /* NO UNSAFE EFFECT IS SENT AGAIN UNASKED */
}

inline refuse(s, key) {
    travelling[key]--;
    sent[s]--
}

inline arrive(s, key) {
    travelling[key]--;
    if
    :: kind[s] == READ || (kind[s] == KEYED && arrived[key] > 0)       /* the other side knows the key */
    :: else ->
        effects[s]++;
        assert(effects[s] <= 1 + wrong_run[s])                         /* NO EFFECT HAPPENS TWICE IF PERSONS ARE RIGHT */
    fi;
    arrived[key] = 1
}

#include "store.pml"
#include "driver.pml"

#define IS_TRAVELLING(key) (key < STEPS * KEYS && travelling[key % (STEPS * KEYS)] > 0)

proctype World() {
end:
    do
    :: atomic { IS_TRAVELLING(0) -> arrive(0, 0) }
    :: atomic { IS_TRAVELLING(1) -> arrive(1 / KEYS, 1) }
    :: atomic { IS_TRAVELLING(2) -> arrive(2 / KEYS, 2) }
    :: atomic { IS_TRAVELLING(3) -> arrive(3 / KEYS, 3) }
    :: atomic { IS_TRAVELLING(0) && lost_requests > 0 -> lost_requests--; travelling[0]-- }
    :: atomic { IS_TRAVELLING(1) && lost_requests > 0 -> lost_requests--; travelling[1]-- }
    od
}

#define HOLDER_IS_GONE (mind[holder - 1].epoch != epoch)

proctype Clock() {
    do
    :: atomic { lease_lives && HOLDER_IS_GONE -> lease_lives = false }
    :: atomic { lease_lives && jumps > 0 -> jumps--; lease_lives = false }
    :: atomic { wake == LATER && IS_SETTLED(0) && IS_SETTLED(STEPS - 1) -> wake = NOW; HINT(true) }
    :: atomic { is_over -> break }
    od
}

#define IS_ASKED(s) \
    (kind[s] == UNSAFE && step[s].phase == IN_DOUBT && !is_over && MAY_ANSWER(s) \
     && (answered[s] != step[s].attempt || second_answers > 0))

inline answer(s) {                    /* holdfast decide */
    if
    :: answered[s] == step[s].attempt -> second_answers--
    :: else
    fi;
    answered[s] = step[s].attempt;
    if
    :: wrong_done[s] = wrong_done[s] + (effects[s] == 0);
       post(HAPPENED, s, step[s].attempt)
    :: wrong_run[s] = wrong_run[s] + (effects[s] > 0);
       told_to_run[s]++;
       post(DID_NOT, s, step[s].attempt)
    fi
}

proctype Person() {
    do
    :: atomic { IS_ASKED(0) -> answer(0) }
    :: atomic { STEPS > 1 && IS_ASKED(STEPS - 1) -> answer(STEPS - 1) }
    :: atomic { notes > 0 && !is_over -> notes--; post(NOTE, 0, 0) }
    :: atomic { is_over -> break }
    od
}

#ifdef KIND
#define be_of_any_kind(s) kind[s] = KIND
#else
inline be_of_any_kind(s) {
    if
    :: kind[s] = READ
    :: kind[s] = KEYED
    :: kind[s] = TRANSACTIONAL
    :: kind[s] = UNSAFE
    fi
}
#endif

init {
    atomic {
        be_of_any_kind(0);
        be_of_any_kind(STEPS - 1);
        run Driver(0); run Driver(1); run World(); run Clock(); run Person()
    }
}

/* Under weak fairness: whatever could go on for ever does so at some time. Drivers may ask for a run that is held, and be
   refused, without end. */
ltl ends { <> is_over }
ltl driven { [] ((wake == NOW && !lease_lives && !is_over) -> <> (lease_lives || is_over)) }
