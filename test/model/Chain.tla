------------------------------- MODULE Chain -------------------------------
(***************************************************************************)
(* One log as a chain of segments, written by several writers that may     *)
(* freeze, lose answers and repeat themselves, while a trimmer frees its   *)
(* beginning. Each segment is one item, and each step on the store touches *)
(* one item: that is all the store promises.                               *)
(*                                                                         *)
(* Words: a batch is the records of one append; a segment holds the        *)
(* records at positions base+1 .. tail; a full segment never changes and   *)
(* its successor has its tail as base. A zombie is a segment that came back *)
(* after it was trimmed, or that never had a place in the one order.       *)
(*                                                                         *)
(* Read: Work, the variables, Land (what the store does), Landed, Refused  *)
(* and Decide (what a writer makes of the answer), the trimmer, and the    *)
(* invariants at the end.                                                  *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Work,          \* writer -> its batches in order, each [size, expect]: records in it, tail it demands
    Cap,           \* writer -> the cap of the segments that it opens; a record counts as one byte
    OpensAhead,    \* writers may open the next segment, still empty, without waiting for the answer
    \* The guards. Each one that is switched off breaks an invariant.
    StoredCap,     \* rule 1: the segment's own cap says whether it is full, not the writer's setting
    OwnBatchFirst, \* rule 2: no segment takes a batch twice, and a refusal is searched for the own batch
    WalkOn,        \* rule 3: after a lost answer go on from the segment that was tried
    GoneIsUnknown, \* rule 4: a segment that was tried and is gone leaves the outcome unknown
    AskAfterLanding, \* rule 6: old knowledge, so ask the trim point before believing a landed write
    AskAfterRefusal \* rule 6: old knowledge, so ask the trim point before believing a refusal

VARIABLES
    store,    \* base -> segment: the items as they are now
    truth,    \* history: the chain as ever committed, trimmed or not; a sequence of segments
    net,      \* requests that have been sent and may reach the store now, later, or never
    trimPoint, \* the trimmer's note: [sweptTo, pending, ripe]
    writers,  \* writer -> what it is doing and what it knows
    told      \* history: batch -> what its writer was told in the end

vars == <<store, truth, net, trimPoint, writers, told>>

Writers == DOMAIN Work
Batches == UNION {{<<w, k>> : k \in 1..Len(Work[w])} : w \in Writers}
None == -1        \* no number
Nothing == <<>>   \* no segment

SizeOf(batch) == IF batch[2] = 0 THEN 0 ELSE Work[batch[1]][batch[2]].size
ExpectOf(batch) == IF batch[2] = 0 THEN None ELSE Work[batch[1]][batch[2]].expect

---------------------------------------------------------------------------
(* Segments.                                                               *)

\* Number 0 is no batch: the segment opened ahead is empty.
Opened(base, batch) ==
    [base |-> base, tail |-> base + SizeOf(batch), cap |-> Cap[batch[1]],
     entries |-> IF batch[2] = 0 THEN <<>> ELSE <<batch>>, zombie |-> FALSE]

With(seg, batch) ==
    [seg EXCEPT !.tail = @ + SizeOf(batch), !.entries = Append(@, batch)]

Holds(seg, batch) == \E i \in 1..Len(seg.entries) : seg.entries[i] = batch

Full(seg, w) == seg.tail - seg.base >= IF StoredCap THEN seg.cap ELSE Cap[w]

RECURSIVE SizeUpTo(_, _)
SizeUpTo(entries, n) == IF n = 0 THEN 0 ELSE SizeOf(entries[n]) + SizeUpTo(entries, n - 1)

\* The position of the i-th batch's first record.
FirstAt(seg, i) == seg.base + SizeUpTo(seg.entries, i - 1) + 1

FirstOf(seg, batch) ==
    FirstAt(seg, CHOOSE i \in 1..Len(seg.entries) :
                    seg.entries[i] = batch /\ \A j \in 1..(i - 1) : seg.entries[j] # batch)

LastBase == CHOOSE b \in DOMAIN store : \A c \in DOMAIN store : c <= b

---------------------------------------------------------------------------
(* The one order, as history. A put belongs to it when it takes the place  *)
(* right behind the true tail for the first time. Everything else that is  *)
(* put is a zombie. No writer ever looks at any of this.                    *)

TrueTail == IF truth = <<>> THEN 0 ELSE truth[Len(truth)].tail
TrueBases == {truth[i].base : i \in 1..Len(truth)}

PutInStore(seg) ==
    LET isTrue == seg.base = TrueTail /\ seg.base \notin TrueBases
    IN  /\ store' = [b \in DOMAIN store \cup {seg.base} |->
                        IF b = seg.base THEN [seg EXCEPT !.zombie = ~isTrue] ELSE store[b]]
        /\ truth' = IF isTrue THEN Append(truth, seg) ELSE truth

UpdateInStore(seg) ==
    /\ store' = [store EXCEPT ![seg.base] = seg]
    /\ truth' = IF seg.zombie THEN truth
                ELSE [i \in 1..Len(truth) |-> IF truth[i].base = seg.base THEN seg ELSE truth[i]]

---------------------------------------------------------------------------
(* What a writer knows. Its aim is what follows from the segment that it   *)
(* knows as the end: update the one at `base`, or open the one at `base`.  *)
(* The knowledge is young or old. Old: since the moment at which nothing   *)
(* came after that segment, so much time has passed (half the age, in the  *)
(* code) that it may have been trimmed.                                    *)

NoAim == [kind |-> "look", base |-> 0]
AimAt(seg, w) == IF Full(seg, w) THEN [kind |-> "open", base |-> seg.tail]
                                 ELSE [kind |-> "update", base |-> seg.base]

Current(w) == <<w, writers[w].k>>
Busy(w) == writers[w].k <= Len(Work[w])

\* What follows is about one writer w: a new record for it, and what it was told, if anything.

\* w has an outcome for its batch and goes on to the next one, with seg as the end that it knows.
Finished(w, seg, old, outcome) ==
    LET next == <<w, writers[w].k + 1>>
        \* What the known end does not allow is neither sent nor refused from memory: look first.
        useful == /\ seg # Nothing /\ next[2] <= Len(Work[w])
                  /\ ExpectOf(next) \in {None, seg.tail}
    IN  /\ told' = [told EXCEPT ![Current(w)] = outcome]
        /\ writers' = [writers EXCEPT ![w] =
                [k |-> next[2], pc |-> "ready", uncertain |-> FALSE, sentOld |-> FALSE,
                 aim |-> IF useful THEN AimAt(seg, w) ELSE NoAim, old |-> useful /\ old]]

Outcome(kind) == [kind |-> kind, first |-> 0, zombie |-> FALSE]

GoOn(w, aim, old, uncertain) ==
    /\ writers' = [writers EXCEPT ![w] = [@ EXCEPT
            !.pc = "ready", !.aim = aim, !.old = old, !.uncertain = uncertain, !.sentOld = FALSE]]
    /\ UNCHANGED told

Fail(w) ==
    Finished(w, Nothing, FALSE, Outcome(IF writers[w].uncertain THEN "indefinite" ELSE "failed"))

\* The batch is in seg. True for good, unless seg is behind the trimPoint. The code asks a moment later than
\* this model does; the trim point only moves forward, so asking at once is the weaker guard.
Landed(w, seg, oldFromNow) ==
    IF AskAfterLanding /\ writers[w].old /\ seg.base < trimPoint.sweptTo
    THEN Finished(w, Nothing, FALSE, Outcome("indefinite"))
    ELSE Finished(w, seg, oldFromNow,
            [kind |-> "appended", first |-> FirstOf(seg, Current(w)), zombie |-> seg.zombie])

\* What next, with seg as the end (`looked`: seen as the last one, else come from a refusal).
Decide(w, seg, looked, old) ==
    LET expect == ExpectOf(Current(w))
        mismatch == expect # None /\ expect # seg.tail
        full == Full(seg, w)
        \* Every reason is one for ever: the segment is full, or its tail has moved on from the one that was
        \* demanded (it was there when the batch was sent, see Finished). So no earlier try lands here.
        uncertain == writers[w].uncertain /\ (looked \/ ~(full \/ mismatch))
    IN  IF OwnBatchFirst /\ Holds(seg, Current(w)) THEN Landed(w, seg, old)
        ELSE IF mismatch /\ full /\ ~looked THEN GoOn(w, NoAim, FALSE, uncertain)
        ELSE IF mismatch THEN Finished(w, seg, old, Outcome("refused"))
        ELSE GoOn(w, AimAt(seg, w), old, uncertain)

Gone(w) ==
    IF writers[w].uncertain /\ GoneIsUnknown
    THEN Finished(w, Nothing, FALSE, Outcome("indefinite"))
    ELSE GoOn(w, NoAim, FALSE, writers[w].uncertain)

\* A segment behind the trim point says nothing about the one that was there before: as good as gone.
Refused(w, seg) ==
    IF AskAfterRefusal /\ writers[w].old /\ seg.base < trimPoint.sweptTo THEN Gone(w)
    ELSE Decide(w, seg, FALSE, writers[w].old)

---------------------------------------------------------------------------
(* The writer's own steps. Between any two of them it may be frozen.       *)

\* One linearizable look at the last segment.
Look(w) ==
    /\ Busy(w) /\ writers[w].pc = "ready" /\ writers[w].aim = NoAim
    /\ IF store = <<>>
       THEN IF ExpectOf(Current(w)) \in {None, 0}
            THEN GoOn(w, [kind |-> "open", base |-> 0], FALSE, writers[w].uncertain)
            ELSE Finished(w, Nothing, FALSE, Outcome("refused"))
       ELSE Decide(w, store[LastBase], TRUE, FALSE)
    /\ UNCHANGED <<store, truth, net, trimPoint>>

Send(w) ==
    /\ Busy(w) /\ writers[w].pc = "ready" /\ writers[w].aim # NoAim
    /\ net' = net \cup {[batch |-> Current(w), kind |-> writers[w].aim.kind, base |-> writers[w].aim.base]}
    /\ writers' = [writers EXCEPT ![w].pc = "waiting"]
    /\ UNCHANGED <<store, truth, trimPoint, told>>

\* The outcome of this try is unknown.
Unanswered(w) ==
    IF WalkOn THEN GoOn(w, writers[w].aim, writers[w].old, TRUE) ELSE GoOn(w, NoAim, FALSE, TRUE)

\* The request is late, or lost; it stays on its way.
TimeOut(w) ==
    /\ Busy(w) /\ writers[w].pc = "waiting" /\ Unanswered(w)
    /\ UNCHANGED <<store, truth, net, trimPoint>>

\* Throttled, or out of time.
GiveUp(w) ==
    /\ Busy(w) /\ writers[w].pc = "ready" /\ writers[w].aim # NoAim /\ Fail(w)
    /\ UNCHANGED <<store, truth, net, trimPoint>>

\* The one that has filled a segment opens the next, without waiting; this, too, may arrive late.
OpenAhead(w) ==
    /\ OpensAhead /\ writers[w].pc = "ready" /\ writers[w].aim.kind = "open" /\ writers[w].k > 1
    /\ net' = net \cup {[batch |-> <<w, 0>>, kind |-> "open", base |-> writers[w].aim.base]}
    /\ net' # net
    /\ UNCHANGED <<store, truth, trimPoint, writers, told>>

---------------------------------------------------------------------------
(* A request reaches the store, which decides it in one step on one item.  *)
(* The writer hears of it at once, or the answer is lost: to hear of it    *)
(* late is to be frozen after hearing. A request that has timed out may    *)
(* arrive at any time, and any number of times: every retry sends a copy.  *)

IsWaitingFor(w, r) ==
    /\ writers[w].pc = "waiting" /\ Current(w) = r.batch
    /\ writers[w].aim = [kind |-> r.kind, base |-> r.base]

Land(r, answered) ==
    LET w == r.batch[1]
        exists == r.base \in DOMAIN store
        seg == store[r.base]
        takes == IF r.kind = "open" THEN ~exists
                 ELSE /\ exists
                      /\ ~(OwnBatchFirst /\ Holds(seg, r.batch))
                      /\ ExpectOf(r.batch) \in {None, seg.tail}
                      /\ ~Full(seg, w)
        after == IF r.kind = "open" THEN Opened(r.base, r.batch) ELSE With(seg, r.batch)
        sentOld == writers[w].sentOld
    IN  /\ answered => IsWaitingFor(w, r)
        /\ answered \/ takes
        /\ IF ~takes THEN UNCHANGED <<store, truth>>
           ELSE IF r.kind = "open" THEN PutInStore(after) ELSE UpdateInStore(after)
        /\ IF ~answered
           THEN IF IsWaitingFor(w, r) THEN Unanswered(w) ELSE UNCHANGED <<writers, told>>
           \* At the moment of sending nothing came after a segment that still takes a batch.
           ELSE IF takes THEN Landed(w, store'[r.base], sentOld)
           ELSE IF exists THEN Refused(w, seg)
           ELSE Gone(w)
        \* An answer ends a try. Earlier tries of the same may still be on their way.
        /\ net' = IF answered /\ ~writers[w].uncertain THEN net \ {r} ELSE net
        /\ UNCHANGED trimPoint

---------------------------------------------------------------------------
(* The trimmer: mark, age, sweep. Age is a step of its own. It makes every *)
(* knowledge old and every mark ripe; nothing is swept that was not marked *)
(* before such a step. The segment at the mark stays, so the last one does.*)

Mark(base) ==
    /\ trimPoint.pending = None /\ base > trimPoint.sweptTo
    /\ trimPoint' = [trimPoint EXCEPT !.pending = base, !.ripe = FALSE]
    /\ UNCHANGED <<store, truth, net, writers, told>>

Age ==
    /\ trimPoint' = [trimPoint EXCEPT !.ripe = trimPoint.pending # None]
    /\ writers' = [w \in Writers |-> [writers[w] EXCEPT
            !.old = writers[w].aim # NoAim, !.sentOld = writers[w].pc = "waiting"]]
    /\ UNCHANGED <<store, truth, net, told>>

\* Written before the first segment is removed.
MoveTrimPoint ==
    /\ trimPoint.ripe
    /\ trimPoint' = [sweptTo |-> trimPoint.pending, pending |-> None, ripe |-> FALSE]
    /\ UNCHANGED <<store, truth, net, writers, told>>

Remove(base) ==
    /\ base < trimPoint.sweptTo
    /\ store' = [b \in DOMAIN store \ {base} |-> store[b]]
    /\ UNCHANGED <<truth, net, trimPoint, writers, told>>

---------------------------------------------------------------------------
Init ==
    /\ store = <<>> /\ truth = <<>> /\ net = {}
    /\ trimPoint = [sweptTo |-> 0, pending |-> None, ripe |-> FALSE]
    /\ writers = [w \in Writers |-> [k |-> 1, pc |-> "ready", aim |-> NoAim, old |-> FALSE,
                                     sentOld |-> FALSE, uncertain |-> FALSE]]
    /\ told = [b \in Batches |-> Outcome("nothing")]

Next ==
    \/ \E w \in Writers : Look(w) \/ Send(w) \/ TimeOut(w) \/ GiveUp(w) \/ OpenAhead(w)
    \/ \E r \in net : \E answered \in BOOLEAN : Land(r, answered)
    \/ \E base \in DOMAIN store : Mark(base) \/ Remove(base)
    \/ MoveTrimPoint
    \/ Age

Spec == Init /\ [][Next]_vars

---------------------------------------------------------------------------
(* Invariants.                                                             *)

\* Where in the one order a batch is: <<segment, place in it>>.
Places(batch) ==
    {p \in UNION {{<<i, j>> : j \in 1..Len(truth[i].entries)} : i \in 1..Len(truth)} :
        truth[p[1]].entries[p[2]] = batch}

\* No batch is in the log twice, trimmed or not.
NoDoubleAppend == \A b \in Batches : Cardinality(Places(b)) <= 1

\* What was acknowledged is in the log, at the position that was told.
AcknowledgedIsInTheLog ==
    \A b \in Batches : told[b].kind = "appended" =>
        \E p \in Places(b) : FirstAt(truth[p[1]], p[2]) = told[b].first

\* No position is missing or given twice.
ChainIsDense == \A i \in 1..(Len(truth) - 1) : truth[i + 1].base = truth[i].tail

\* Nobody was told "appended" for a zombie.
NoZombieAcknowledged == \A b \in Batches : ~(told[b].kind = "appended" /\ told[b].zombie)

\* "It did not happen" is true, and stays true whatever still arrives.
DefiniteFailureIsAbsent ==
    \A b \in Batches : told[b].kind \in {"failed", "refused"} => Places(b) = {}

\* Zombies are behind the trim point; so a look at the end, and a reader that asks the trim point, never sees one.
ZombiesAreBehindTheTrimPoint == \A b \in DOMAIN store : store[b].zombie => b < trimPoint.sweptTo

\* The last item of the store is the end of the one order.
LastIsTheTrueEnd ==
    truth # <<>> => /\ store # <<>>
                    /\ store[LastBase] = truth[Len(truth)]

---------------------------------------------------------------------------
(* Sizes, for the configurations.                                          *)

Plain(size) == [size |-> size, expect |-> None]
IfTail(tail, size) == [size |-> size, expect |-> tail]

\* Two writers with different settings of the cap.
Small == <<<<Plain(1), Plain(1)>>, <<Plain(1)>>>>
SmallCap == <<1, 2>>

\* Batches of different lengths, so that what a zombie holds can be longer than what was there before.
Wide == <<<<Plain(2), Plain(2)>>, <<Plain(1)>>>>
WideCap == <<1, 1>>

\* Two batches each, of different lengths; one of them demands a tail.
Large == <<<<Plain(2), Plain(2)>>, <<Plain(1), IfTail(3, 1)>>>>
LargeCap == <<1, 2>>
=============================================================================
