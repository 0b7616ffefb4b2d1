"""Writes messages.csv (a classification) and urgency.csv (a regression): rows by hand and rows from templates, seeded.

python examples/generate.py, from the repository's root; the standard library is enough.
"""
import csv
import random
from pathlib import Path

HERE = Path(__file__).parent

BIKES = [
    "my bike", "my daughter's bike", "the blue tandem", "my old road bike", "the cargo bike", "my e-bike",
    "the folding bike", "our two city bikes", "my mountain bike", "the trailer",
]
PARTS = [
    "front brake", "gears", "chain", "back wheel", "saddle", "bell", "dynamo light", "left pedal", "handlebar",
    "battery", "mudguard",
]
DAYS = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "tomorrow", "next week", "the 14th",
    "the first of May",
]
TIMES = [
    "in the morning", "after work", "around ten", "at half past four", "before noon", "late in the afternoon",
    "as early as you open",
]
JOBS = [
    "a full service", "a puncture repair", "new brake pads", "a wheel truing", "a safety check", "a new chain",
    "a brake adjustment",
]
PEOPLE = [
    "your colleague", "the young man at the counter", "the woman in the workshop", "Jonas", "whoever did the work",
]
OPENERS = ["", "", "", "Hi, ", "Hello, ", "Good morning, ", "Hi there, ", "Dear team, ", "Quick one: ", "Me again. "]
CLOSERS = [
    "", "", "", "", " Thanks.", " Thank you!", " Best wishes, Ada", " Cheers", " Sorry for the long message.",
    " Greetings from the hill.", " Hope you are all well.", " No rush with the answer.",
    " Looking forward to hearing from you.",
]

MESSAGES = {
    "question": [
        "how long does {job} usually take?", "do you still have {bike_kind} for hire on {day}?",
        "what would you charge for {job}?",
        "is it normal that the {part} squeaks after rain?", "are you open on {day}?",
        "can I bring {bike} without an appointment?",
        "would {job} make sense for a bike that is ten years old?", "does the price for {job} include the parts?",
        "my {part} wobbles a little, is that dangerous or can it wait until {day}?",
        "which oil do you recommend for the {part}?",
        "I wonder whether you also work on {bike_kind}, and what it costs.",
        "could you tell me if the helmets are included when I hire from you?",
        "I read that one should change the {part} every two years. Is that so?",
        "do you know whether the ferry takes {bike_kind}?",
    ],
    "booking": [
        "I would like to bring {bike} in for {job} on {day}, {time} if you have a slot.",
        "could you put me down for {job} on {day}?",
        "please reserve {bike_kind} for us from {day}, two days.",
        "the {part} needs doing again, so I am after an appointment {time}.",
        "we are four people and want to hire bikes on {day}, can you keep some for us?",
        "{day} {time} would suit me for {job}, please confirm.",
        "I need {job} before our holiday. Any free place on {day}? I take whatever you have.",
        "may I drop off {bike} on {day} for {job}? Name is Berger.",
        "time for the yearly check of {bike}. {day} {time}?",
        "put {bike} on your list for {job}, I can be there {time}.",
        "we would take {bike_kind} for the weekend, pick-up {time}.",
        "a friend told me about you and I want {job} done on {day}.",
    ],
    "change": [
        "I have to move my appointment on {day}, would a day later work?",
        "something came up at work, so please take {bike} off your list for {day}.",
        "we reserved {bike_kind} for {day} but only need one now.", "can we make it {time} instead of what we agreed?",
        "I will not make it on {day} after all, my son is ill.",
        "you had me down for {job}; please make that {job2} instead.",
        "our trip is off because of the weather, so we do not need {bike_kind} any more.",
        "is it possible to come {time} rather than on {day}, as we had said?",
        "I booked {job} but a neighbour has fixed the {part}, so that slot is free for someone else.",
        "about {day}: could we push it back a week?",
        "I would rather collect {bike} on {day} than on the day we fixed.",
        "please keep the hire for {day} but make it three days in the place of two.",
    ],
    "complaint": [
        "I picked up {bike} on {day} and the {part} is as bad as before.",
        "this is the second time that {job} has not held for a week.",
        "I waited forty minutes on {day} although I had an appointment {time}.",
        "the bill says {job}, but I never asked for that.",
        "{person} promised a call on {day} and nobody rang.",
        "there is a scratch on the frame that was not there when I left {bike} with you.",
        "after {job} the {part} makes a noise that it never made before.",
        "the bike we hired had a flat tyre after two miles and nobody picked up the phone.",
        "I paid for {job} and now the {part} has come loose on the way home.",
        "{person} told me one price and I was charged another.",
        "how can {job} take three weeks? I was told {day}.",
        "I expected better from you: the {part} was put on the wrong way round.",
    ],
    "praise": [
        "{bike} rides like new since {job}.", "just wanted to say that {person} was wonderful on {day}.",
        "the {part} has not made a sound since you looked at it.",
        "we had the loveliest day out on {bike_kind}, my mother is still talking about it.",
        "I did not expect {job} to be done within the hour, and for so little.",
        "please tell {person} that the trick with the {part} worked.",
        "what a difference {job} makes! I should have come years ago.",
        "I have been to three shops about the {part} and you are the first who found it.",
        "you stayed open for us on {day}, that was more than kind.",
        "ten years with you and never once let down, {bike} and I are grateful.",
        "{person} even cleaned {bike}, I hardly knew it again.",
        "our hire on {day} went without a hitch, and the children want to go again.",
    ],
}
BIKE_KINDS = [
    "a tandem", "two city bikes", "a cargo bike", "an e-bike", "a child seat", "three mountain bikes", "a folding bike",
]

WRITTEN = {
    "question": [
        "Someone said you sharpen ice skates too. True, or was he pulling my leg?",
        "What's the difference between the two services on your board, apart from the forty pounds?",
        "Where do I leave the key if I come back after six?",
        "My wheel has two broken spokes. Worth repairing, in your honest opinion?",
        "Do I need to pay a deposit, and is card fine?", "Any idea when the new saddles arrive?",
        "Would you let a beginner change the gears himself, or is that asking for trouble?",
        "Is the noise from below the pedals what people call the bottom bracket?",
        "How early must one be there on a market day to get a hire bike?",
        "I was thanked for my booking by e-mail but never booked anything. What is that about?",
        "Do you buy used bikes, and if so who decides what they are worth?", "Can a child of five sit on the tandem?",
    ],
    "booking": [
        "Slot on Friday? Brakes. Name's Okafor.",
        "We come over from the island on the 3rd and need four bikes, one of them small.",
        "My commute starts again in September and I want the bike checked before; you choose the day.",
        "If there is anything free this afternoon I am at your door in ten minutes with a flat tyre.",
        "Same as last year, please: both bikes, full works, first week of March.",
        "Kindly note one tandem, Sunday, Mr and Mrs Lind.",
        "I'd love to have the squeak looked at. When may I come?",
        "Two adults, one trailer, whole Saturday, and we pay when we come.",
        "You do wheels on Tuesdays, I hear. Count me in.",
        "The school would like the safety check for eighteen bikes in one go, any morning in June.",
        "I'd like to give my husband a service for his birthday; can it be on the 20th?",
        "Hold the red one for me until noon, I'm coming to hire it.",
    ],
    "change": [
        "Running late, train stuck. Half an hour later all right?", "Could the four of us become six on Sunday?",
        "Scrap the service, I've sold the bike.",
        "I wrote Tuesday but of course I meant Thursday.",
        "We'll keep the tandem a day longer, if nobody else wants it.", "Please don't order the saddle after all.",
        "My neighbour will come in my place and at the same time, with her bike instead of mine.",
        "The doctor says no riding for six weeks, so let's forget about next Friday.",
        "Only the brakes then, leave the gears as they are, money is tight this month.",
        "We said ten o'clock, but the bus only gets in at eleven.",
        "I can't collect it today. Would you keep it over the weekend?",
        "Sorry to be a nuisance: wrong date again, it should read the 9th.",
    ],
    "complaint": [
        "Three calls, two messages, no answer. Is anybody there?", "The lock you sold me opens with any key.",
        "You kept the bike for nine days and did, as far as I can see, nothing.",
        "A new chain and it jumps at every hill. Really?",
        "I was thanked warmly, charged twice, and sent home with the wrong wheel.",
        "Your hire bike left me standing in the rain on the moor.",
        "When I asked why it cost double I got a shrug.",
        "I'd like my money back for the light, which lasted one evening.",
        "The appointment was at nine. You opened at twenty to ten.",
        "Nobody told me that the battery would be kept overnight, and now I can't get to work.",
        "Lovely shop, lovely people, but the wheel is still bent.",
        "So the brake that you 'fixed' failed on the school run.",
    ],
    "praise": [
        "Rode sixty miles yesterday and not a squeak.", "Whoever wrote the little note on my saddle made my week.",
        "I complain easily, ask my wife, but I found nothing to complain about.",
        "Fair price, no fuss, done by noon.", "You didn't have to lend me a bike, but you did, and I caught my train.",
        "My son now wants to become a bike mechanic, which is your fault.",
        "Best brakes I've ever had on anything with wheels.", "It was worth the wait.",
        "You told me it did not need repairing. Who does that? Wonderful.",
        "The tandem was a hit, we laughed all the way.", "Five stars, and six for the coffee.",
        "I had given the old thing up and here it is, singing.",
    ],
}

# What is wrong, and how much that matters by itself, from 0 to 3.
TROUBLE = [
    (0.2, "the bulb in the bicycle cellar flickers"), (0.2, "somebody has left a sofa in the yard"),
    (0.3, "the name on our bell is spelled wrongly"),
    (0.3, "the hedge at the entrance has grown a bit high"), (0.4, "the door to the cellar squeaks"),
    (0.5, "the washing machine in the basement takes two tries to start"),
    (0.6, "the stairwell has not been swept for a while"), (0.7, "our balcony door is hard to shut"),
    (0.8, "the intercom crackles so that we hardly hear who is there"),
    (0.9, "one of the two lifts is very slow"), (1.0, "the tap in our kitchen drips"),
    (1.1, "the light on the third floor is out"),
    (1.2, "the radiator in the bedroom stays cold"), (1.4, "the bins have not been emptied and it begins to smell"),
    (1.5, "there is mould in a corner of the bathroom"),
    (1.6, "the lock of the front door jams"), (1.7, "we have had only lukewarm water since the weekend"),
    (1.9, "the lift is stuck between two floors, with nobody in it"),
    (2.0, "the whole flat has no heating"), (2.1, "a roof tile has come loose above the playground"),
    (2.2, "the front door no longer locks at all"),
    (2.3, "half of the flat is without power"), (2.5, "the drain in the cellar is coming up"),
    (2.7, "the socket in the kitchen gives off sparks"),
    (2.8, "water runs down the wall of the bedroom"), (2.9, "my neighbour is caught in the lift"),
    (3.0, "it smells of gas on the stairs"), (3.0, "smoke comes out of the fuse box"),
]
# By when, from -0.5 to 1.5.
WHEN = [
    (-0.5, "There is no hurry at all."), (-0.4, "Whenever you happen to be here."),
    (-0.3, "It can easily wait until spring."), (-0.2, "Perhaps you could note it for the next round."),
    (0.0, "Could you have a look at it?"), (0.0, "I thought you should know."),
    (0.1, "Some time this month would be fine."), (0.4, "It would be good to have it done this week."),
    (0.6, "We have guests from Friday on."), (0.7, "Please come in the next two days."),
    (0.9, "It is getting worse by the day."), (1.0, "Could somebody come tomorrow?"),
    (1.2, "We need someone today."), (1.4, "It cannot wait until the evening."), (1.5, "Please come at once."),
    (1.5, "Drop everything else, please."),
]
# Who is concerned, from -0.2 to 0.5.
WHO = [
    (-0.2, "It does not bother us much."), (-0.1, "It is only a small thing."), (0.0, ""), (0.0, ""), (0.0, ""),
    (0.0, "Mrs Arendt on the second floor says so too."), (0.0, "I live on the fourth floor, left."),
    (0.2, "Several neighbours have asked about it."), (0.3, "We have a small child."),
    (0.4, "My father is eighty and does not leave the flat."), (0.5, "Somebody could get hurt."),
]
FRONT = [
    "", "", "Hello, ", "Good evening, ", "Dear Mr Hale, ", "Just to let you know, ", "I am writing because ",
    "As I said on the phone, ",
]

URGENT_WRITTEN = [
    ("Fire on the second floor, we are getting everybody out!", 5.0),
    ("I have turned off the main tap, but the kitchen is ankle-deep. Help!", 4.8),
    ("Someone is at the bottom of the cellar stairs and does not answer.", 5.0),
    ("The carbon monoxide alarm has gone off twice since midnight.", 4.9),
    ("Front door wide open all night, lock broken, and two bicycles are gone.", 3.6),
    ("No heating since yesterday, eleven degrees in the baby's room.", 4.3),
    ("The ceiling of the bathroom is bulging.", 4.1),
    ("A cable hangs from the wall by the letter boxes, and the children play there.", 4.3),
    ("My key broke off in the lock and the stove is on.", 4.8),
    ("The toilet is blocked and it is the only one we have.", 3.7),
    ("The lift makes a grinding noise since this morning.", 2.8),
    ("We can hear something scratching behind the wall, mice I suppose.", 2.2),
    ("The washing machine ate my coin again.", 1.2), ("Could the bench in the yard be painted one day?", 1.0),
    ("Lovely flowers at the entrance, thank you.", 1.0), ("May I put a second bicycle in the cellar?", 1.1),
    ("When is the chimney sweep coming this year?", 1.3), ("The clock in the hall is five minutes slow.", 1.1),
    ("Please remind the people upstairs that it is quiet after ten.", 1.7),
    ("The parcel box does not open, and my medicine is in it.", 3.5),
    ("My window will not close and a storm is forecast for tonight.", 3.9),
    ("The hot water came back by itself, you need not come.", 1.0),
    ("Forget my message about the gas, it was the neighbour's cooking.", 1.1),
    ("The gutter drips on the path, and it is going to freeze tonight.", 3.3),
    ("I lost the key of the letter box and would like a new one at some point.", 1.4),
    ("The handrail on the first floor is loose, I nearly fell.", 3.2),
    ("Is it right that the rent goes up in July?", 1.3),
    ("The fridge that belongs to the flat stopped working, everything is thawing.", 3.4),
    ("There is a wasps' nest in the shutter of the nursery.", 3.3), ("One of the recycling bins lost its lid.", 1.3),
    ("The smoke detector beeps once a minute, I think it is the battery.", 2.0),
    ("Emergency lights in the stairwell are dead, all of them.", 2.9),
    ("My mother fell in the yard because of the loose slab; the ambulance is here.", 4.6),
    ("The wall of the garage has a crack as wide as my hand.", 3.5),
    ("A tile fell from the roof just now and missed a passer-by.", 4.5),
    ("The doorbell plays a tune. I would rather it did not.", 1.1),
    ("The tap drips. It has dripped for three years. I only mention it.", 1.2), ("Water under the fuse box.", 4.7),
    ("We are locked out with the baby inside.", 5.0), ("The gym in the basement could do with a new mat.", 1.1),
]


def fill(rng, frame):
    return frame.format(bike=rng.choice(BIKES), part=rng.choice(PARTS), day=rng.choice(DAYS), time=rng.choice(TIMES), job=rng.choice(JOBS),
                        job2=rng.choice(JOBS), person=rng.choice(PEOPLE), bike_kind=rng.choice(BIKE_KINDS))


def sentence(text):
    return text[0].upper() + text[1:]


def messages(rng, per_class):
    rows = []
    for label, frames in MESSAGES.items():
        texts = list(WRITTEN[label])
        while len(texts) < per_class:
            frame = frames[len(texts) % len(frames)]
            text = sentence(rng.choice(OPENERS) + fill(rng, frame)) + rng.choice(CLOSERS)
            if text not in texts:
                texts.append(text)
        rows += [(text, label) for text in texts]
    rng.shuffle(rows)
    return rows


def urgency(rng, count):
    rows = list(URGENT_WRITTEN)
    while len(rows) < count:
        trouble, what = TROUBLE[len(rows) % len(TROUBLE)]
        when, by = rng.choice(WHEN)
        who, concerned = rng.choice(WHO)
        parts = [sentence(rng.choice(FRONT) + what + "."), by, concerned]
        if rng.random() < 0.3:
            parts[1], parts[2] = parts[2], parts[1]
        text = " ".join(part for part in parts if part)
        # As two people would not quite agree: a deviation of 0.2.
        score = min(5.0, max(1.0, 1.3 + trouble * 0.85 + when * 0.6 + who * 0.6 + rng.gauss(0, 0.2)))
        if all(text != other for other, _ in rows):
            rows.append((text, round(score, 1)))
    rng.shuffle(rows)
    return rows


def write(name, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["text", "label"])
        writer.writerows(rows)


write("messages.csv", messages(random.Random(1), 70))
write("urgency.csv", urgency(random.Random(2), 300))
