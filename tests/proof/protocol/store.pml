/*
 * The store: what a claim, a commit and a letter do to a run. journal/stores/rules.py; a transaction is an atomic step.
 */

mtype:phase = { WANTED, INTENDED, IN_DOUBT, ENDED };
mtype:wake = { NEVER, LATER, NOW };                       /* Standing.wake_at: None, still to come, has come */
mtype:mail = { NOTE, OUTCOME, HAPPENED, DID_NOT };        /* journal/mail.py: Cancel and Resume, LateOutcome, Settle */

typedef Step {                        /* journal/fold/step_state.py: StepState */
    mtype:phase phase = WANTED;
    byte attempt;
    byte family;                      /* definite failures so far; with it the key changes */
    bool is_unsure                    /* of some attempt under this key nobody knows the end */
}

byte epoch, version;                  /* Standing.epoch; .version counts commits with news here, not events */
byte commit_epoch, commit_base;       /* Standing.commit_id: (epoch, version it was based on), as ids.commit_id */
byte holder;                          /* Standing.worker: 0 for nobody, else the driver's number + 1 */
bool lease_lives;                     /* Standing.lease_until > now */
mtype:wake wake = NOW;
bool is_over;
byte mail_read;                       /* RunState.inbox_read, moved by MailRead */
Step step[STEPS];                     /* the fold of the run's events */

byte mail_count;                      /* the inbox; a letter posted twice is there once, so that is no step here */
mtype:mail mail_kind[MAIL_MAX];
byte mail_step[MAIL_MAX];
byte mail_attempt[MAIL_MAX];          /* which attempt of the step it speaks of */

byte ended[STEPS];                    /* how many events of the journal end this step: to be checked */
#ifdef WAKE_UPS_ONLY
bool has_hint = true;                 /* a wake-up that nobody has taken yet */
#define HINT(is_given) has_hint = is_given
#define IS_DUE (wake == NOW && has_hint)
#else
#define HINT(is_given) skip
#define IS_DUE (wake == NOW)          /* dispatch/sweep.py asks the index: a wake-up only makes it sooner */
#endif

#define NO_MAIL_IS_LOST (is_over || holder != 0 || mail_read == mail_count || wake == NOW)

inline copy(to, from) {
    to.phase = from.phase;
    to.attempt = from.attempt;
    to.family = from.family;
    to.is_unsure = from.is_unsure
}

inline post(what, of_step, of_attempt) {        /* Journal.post, rules.woken */
    assert(mail_count < MAIL_MAX);
    mail_kind[mail_count] = what;
    mail_step[mail_count] = of_step;
    mail_attempt[mail_count] = of_attempt;
    mail_count++;
    if
    :: is_over
    :: else -> wake = NOW; HINT(true)
    fi;
    assert(NO_MAIL_IS_LOST)
}

inline claim(me) {                              /* rules.claimed, once no lease lives */
    assert(epoch < EPOCHS_MAX);
    epoch++;
    holder = me + 1;
    lease_lives = true;
    HINT(false);
#ifdef CLAIM_FORGETS_WAKE
    wake = NEVER
#else
    wake = NOW                                  /* kept while it is driven: due again when the lease runs out */
#endif
}

inline write(me) {                              /* rules.moved_on */
    if
    :: mind[me].has_news -> commit_epoch = epoch; commit_base = version; version++
    :: else
    fi;
    mail_read = mind[me].mail_read;
    for (i : 0 .. STEPS - 1) {
        copy(step[i], mind[me].step[i]);
        ended[i] = ended[i] + mind[me].ends[i];
        assert(ended[i] <= 1);                                         /* A FINISHED STEP IS NEVER FINISHED TWICE */
        assert(!mind[me].is_over || step[i].phase == ENDED);           /* NOTHING IS COMPLETE WHILE IT IS IN DOUBT */
        assert(step[i].phase != ENDED || IS_DONE(i))                   /* WHAT IS FINISHED HAS HAPPENED */
    }
    i = 0;
    if
    :: mind[me].is_over -> is_over = true; holder = 0; lease_lives = false; wake = NEVER
    :: mind[me].parks && !mind[me].is_over ->
        holder = 0;
        lease_lives = false;
#ifdef PARKING_WITHOUT_POSITION
        wake = mind[me].wake
#else
        wake = (mail_count > mind[me].mail_read -> NOW : mind[me].wake)  /* Parking.inbox_read */
#endif
    :: else -> lease_lives = true                                      /* every commit renews the lease */
    fi;
    assert(NO_MAIL_IS_LOST)                                            /* NO MAIL IS LOST WHILE PARKING */
}

#ifdef REPEAT_BEFORE_EPOCH
#define MAY_REPEAT(me) true
#else
#define MAY_REPEAT(me) (mind[me].epoch == epoch)
#endif

#ifdef RESENT_IS_NEW
#define IS_REPEAT(me) false
#define IS_REFUSED(me) (mind[me].epoch != epoch)
#else
#define IS_REPEAT(me) (MAY_REPEAT(me) && mind[me].has_news && version == mind[me].version + 1 \
                       && commit_epoch == mind[me].epoch && commit_base == mind[me].version)
#ifdef EPOCH_UNCHECKED
#define IS_REFUSED(me) (mind[me].version != version)
#else
#define IS_REFUSED(me) (mind[me].epoch != epoch || mind[me].version != version)
#endif
#endif

inline commit(me, is_fenced) {                  /* rules.answer */
    is_fenced = false;
    if
    :: IS_REPEAT(me)                                                   /* Committed: only its reply was lost */
    :: !IS_REPEAT(me) && IS_REFUSED(me) -> is_fenced = true            /* Lost or Stale: nothing was written */
    :: else ->
        assert(mind[me].epoch == epoch);                               /* NO TWO DRIVERS COMMIT UNDER ONE EPOCH */
        write(me)
    fi
}
