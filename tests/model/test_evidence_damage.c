/* Damaged evidence in a model file is refused at its place. */
#include "tests/model/damage.h"
#include "tests/model/handmade.h"

static const struct {
    enum handmade kind;
    const char *from, *to, *message;
} damages[] = {
    {ANCHORED, "\"declared\": {", "\"declarde\": {",
     "m.json:15:3: unknown key \"declarde\" in the model"},
    {ANCHORED, "\"method\": \"maximum-likelihood\"", "\"method\": \"guess\",",
     "m.json:17:7: \"method\" is \"guess\"; expected \"maximum-likelihood\" or \"firth\""},
    {ANCHORED, "\"folds\": 5", "\"folds\": 1,",
     "m.json:23:7: \"folds\" is 1; expected 0 or a whole number from 2 to 100"},
    {ANCHORED, "\"share\": [0.5, 0.9]", "\"share\": [0.9, 0.5]",
     "m.json:34:24: found 0.5; expected a limit from 0.9, which is the lower one, to 1"},
    {ANCHORED, "\"product\": {", "\"produce\": {",
     "m.json:33:7: no signal has the dimension \"produce\"; expected one that has"},
    {ANCHORED, "\"line\": {\n      \"rule\": \"capacity\"", "\"line\": 3,\n\"x\": {",
     "m.json:28:1: unknown key \"x\" in \"declared\""},
    {ANCHORED, "\"sign\": \"constrained\"", "\"sign\": \"any\"",
     "m.json:64:9: \"sign\" is \"any\"; expected \"constrained\" or \"free\""},
    {ANCHORED, "\"sign\": \"constrained\"", "\"sing\": \"free\"",
     "m.json:64:9: unknown key \"sing\" in \"declared\""},
    {PLAIN_FIT, "\"fit\": {", "\"fti\": {",
     "m.json:16:5: unknown key \"fti\" in \"declared\""},
    {FIRTH, "\"sign\": \"free\"", "\"sign\": \"constrained\"",
     "m.json:89:7: \"weight\" is -0.25; expected 0 or more: its sign is not free"},
    {FIRTH, "\"coefficient\": -3,", "\"coefficient\": 0.5,",
     "m.json:45:7: \"coefficient\" is 0.5; expected 0 or less: a healthier signal cannot raise "
     "the risk"},
    {ANCHORED, "\"rule\": \"capacity\",\n      \"given\"", "\"rule\": \"luck\",",
     "m.json:133:7: \"rule\" is \"luck\"; expected \"targets\", \"youden\", \"cost\" or "
     "\"capacity\""},
    {ANCHORED, "\"given\": false", "\"given\": 0,",
     "m.json:134:7: \"given\" is 0; expected true or false"},
    {ANCHORED, "\"given\": false", "\"given\": true,",
     "m.json:137:7: \"caught\" is an object; expected null where no \"capacity\" decided"},
    {ANCHORED, "\"feasible\": false", "\"feasible\": null,",
     "m.json:135:7: \"feasible\" is null; expected true or false"},
    {ANCHORED, "\"interval\": null,\n      \"caught\"", "\"interval\": [0.2, 0.3],",
     "m.json:136:7: \"interval\" is a list; expected null where no line was found for targets"},
    {ANCHORED, "\"caught\": {\n        \"value\": 12.5", "\"caught\": {\n\"value\": -1,",
     "m.json:137:7: \"caught\" is an object; expected a number of events, 0 or more"},
    {ANCHORED, "\"caught\": {\n        \"value\": 12.5", "\"caught\": null\n\n\n,",
     "m.json:137:7: \"caught\" is null; expected an estimate: \"capacity\" decided"},
    {PENALISED, "\"caught\": null", "\"caught\": {\"value\": 3, \"interval\": null},",
     "m.json:129:7: \"caught\" is an object; expected null where no \"capacity\" decided"},
    {PENALISED, "\"cost\": null", "\"cost\": 2",
     "m.json:130:7: \"cost\" is 2; expected null where no \"cost\" decided"},
    {PENALISED, "\"interval\": [0.3, 0.4]", "\"interval\": null,",
     "m.json:128:7: \"interval\" is null; expected [low, high]: \"feasible\" is true"},
    {PENALISED, "\"interval\": [0.3, 0.4]", "\"interval\": [0.4, 0.3],",
     "m.json:128:7: \"interval\" is a list; expected [low, high], the lower one first"},
    {PENALISED, "\"interval\": [0.3, 0.4]", "\"interval\": [0.3, 1.4],",
     "m.json:128:7: \"interval\" is a list; expected probabilities, 0 to 1"},
    {PENALISED, "\"feasible\": true", "\"feasible\": false,",
     "m.json:128:7: \"interval\" is a list; expected null where no line was found for targets"},
    {FIRTH, "\"cost\": 66.66666666666667", "\"cost\": -2",
     "m.json:128:7: \"cost\" is -2; expected 0 or more"},
    {PLAIN_FIT, "\"cost\": null", "\"costs\": null",
     "m.json:127:7: unknown key \"costs\" in \"line\""},
    {ANCHORED, "\"column\": \"region\",\n      \"lines\"", "\"column\": \"plan\",",
     "m.json:144:7: \"column\" is \"plan\"; expected \"region\""},
    {ANCHORED, "\"segment\": \"south\"", "\"segment\": \"north\",",
     "m.json:154:11: \"segment\" is \"north\"; expected each segment once"},
    {ANCHORED, "\"segment\": \"south\"", "\"segment\": \"\",",
     "m.json:154:11: \"segment\" is \"\"; expected a value of the segments' column"},
    {ANCHORED, "\"segment\": \"south\"", "\"segment\": null,",
     "m.json:154:11: \"segment\" is null; expected text in quotes"},
    {ANCHORED, "\"probability\": 0.25", "\"probability\": 1,",
     "m.json:148:11: \"probability\" is 1; expected a probability above 0 and below 1"},
    {ANCHORED, "\"common\": false", "\"common\": true",
     "m.json:148:11: \"probability\" is 0.25; expected 0.333333333333, which \"score\" says"},
    {ANCHORED, "\"rows\": 100", "\"rows\": 10,",
     "m.json:157:11: \"events\" is 11; expected a whole number from 0 to 10"},
    {ANCHORED, "\"rows\": 100", "\"rows\": 100.5,",
     "m.json:156:11: \"rows\" is 100.5; expected a whole number from 0 to 9007199254740991"},
    {ANCHORED, "\"lines\": [", "\"lines\": [7,",
     "m.json:145:17: found 7; expected a line as an object"},
    {PLAIN_FIT, "\"lines_by\": null", "\"lines_by\": {\"column\": \"plan\", \"lines\": []}",
     "m.json:129:5: \"lines_by\" is an object; expected null: \"by\" is not declared"},
    {ANCHORED, "\"lines\": [", "\"lines\": [\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n]",
     "m.json:145:7: \"lines\" is a list; expected at least one line"},
    {SEGMENTED, "\"column\": \"region\",\n    \"pooling\"", "\"column\": \"plan\",",
     "m.json:153:5: \"column\" is \"plan\"; expected \"region\""},
    {SEGMENTED, "\"pooling\": 2", "\"pooling\": null,",
     "m.json:154:5: \"pooling\" is null; expected a number from 0 up or \"infinite\""},
    {SEGMENTED, "\"pooling\": 2", "\"pooling\": -2,",
     "m.json:154:5: \"pooling\" is -2; expected a number from 0 up, \"infinite\" or null"},
    {SEGMENTED, "\"pooling\": 2", "\"pooling\": \"endless\",",
     "m.json:154:5: \"pooling\" is \"endless\"; expected a number from 0 up, \"infinite\" or null"},
    {SEGMENTED, "\"segment\": \"south\"", "\"segment\": \"north\",",
     "m.json:166:9: \"segment\" is \"north\"; expected each segment once"},
    {SEGMENTED, "\"borrowed\": 1,", "\"borrowed\": 1.5,",
     "m.json:169:9: \"borrowed\" is 1.5; expected a share, 0 to 1"},
    {SEGMENTED, "\"weights\": [0.5, 0.25, 0.25]", "\"weights\": [0.5, 0.5],",
     "m.json:162:9: \"weights\" is a list; expected 3 numbers"},
    {SEGMENTED, "\"weights\": [0.5, 0.25, 0.25]", "\"weights\": [0.25, 0.5, 0.25],",
     "m.json:162:21: found 0.25; expected the coefficient's share of all, 0.5"},
    {SEGMENTED, "\"coefficients\": [-1.5, -0.75, -0.75]", "\"coefficients\": [-1.5, -0.75]",
     "m.json:163:9: \"coefficients\" is a list; expected 3 numbers"},
    {SEGMENTED, "\"coefficients\": [-1.5, -0.75, -0.75]", "\"coefficients\": [-4.5, 0.75, 0.75]",
     "m.json:162:21: found 0.5; expected the coefficient's share of all, 1.5"},
    {SEGMENTED, "\"coefficients\": [-1.5, -0.75, -0.75]", "\"coefficients\": [0, 0, 0]",
     "m.json:163:9: \"coefficients\" is a list; expected coefficients that add up to less than 0"},
    {SEGMENTED, "\"events\": 40,\n        \"borrowed\"", "\"events\": 401,",
     "m.json:159:9: \"events\" is 401; expected a whole number from 0 to 400"},
    {PLAIN_FIT, "\"segment_models\": null",
     "\"segment_models\": {\"column\": \"plan\", \"pooling\": 1, \"models\": []},",
     "m.json:149:3: \"segment_models\" is an object; expected null: \"models_by\" is not declared"},
    {FIRTH, "\"method\": \"firth\",\n    \"signs\": \"mixed\"",
     "\"method\": \"maximum likelihood\",",
     "m.json:152:5: \"method\" is \"maximum likelihood\"; expected \"firth\""},
    {FIRTH, "\"signs\": \"mixed\"", "\"signs\": \"free\",",
     "m.json:153:5: \"signs\" is \"free\"; expected \"mixed\""},
    {ANCHORED, "\"folds\": 5,\n    \"seed\"", "\"folds\": 6,",
     "m.json:198:5: \"folds\" is 6; expected 5, which \"declared\" says"},
    {ANCHORED, "\"accounts\": 450", "\"accounts\": 901,",
     "m.json:202:5: \"accounts\" is 901; expected a whole number from 0 to 900"},
    {ANCHORED, "\"events\": 90,\n    \"accounts\"", "\"events\": 1000,",
     "m.json:201:5: \"events\" is 1000; expected a whole number from 0 to 900"},
    {ANCHORED, "\"deviance\": 133.33333333333334", "\"deviance\": 133.3,",
     "m.json:205:5: \"deviance\" is 133.3; expected 133.333333333, which \"log_likelihood\" says"},
    {ANCHORED, "\"aic\": 140", "\"aic\": 143.3,",
     "m.json:206:5: \"aic\" is 143.3; expected 140, which \"fit\" says"},
    {PENALISED, "\"aic\": null", "\"aic\": 140,",
     "m.json:180:5: \"aic\" is 140; expected null, as \"fit\" says"},
    {ANCHORED, "\"covariance_by\": \"accounts\"", "\"covariance_by\": \"plans\",",
     "m.json:253:5: \"covariance_by\" is \"plans\"; expected \"information\" or \"accounts\""},
    {ANCHORED, "\"std_error\": 0.3,", "\"std_error\": -0.3,",
     "m.json:215:9: \"std_error\" is -0.3; expected 0 or more"},
    {PENALISED, "\"method\": \"elastic-net\",\n      \"alpha\": 0.25,\n      \"lambda\": 0.0",
     "\"method\": \"subset\",",
     "m.json:157:7: \"method\" is \"subset\"; expected \"ridge\", \"lasso\" or \"elastic-net\""},
    {PENALISED, "\"alpha\": 0.25,\n      \"lambda\": 0.0", "\"alpha\": 1.25,",
     "m.json:158:7: \"alpha\" is 1.25; expected a share, 0 to 1"},
    {PENALISED, "\"lambda\": 0.011111111111111112", "\"lambda\": -1,",
     "m.json:159:7: \"lambda\" is -1; expected 0 or more"},
    {PENALISED, "\"chosen\": true", "\"chosen\": \"yes\",",
     "m.json:160:7: \"chosen\" is \"yes\"; expected true or false"},
    {PENALISED, "\"stability\": [", "\"stability\": [1, 0.5],",
     "m.json:161:7: \"stability\" is a list; expected 3 numbers"},
    {PENALISED, "\"stability\": [", "\"stability\": [1, 1.5, 0],",
     "m.json:161:7: \"stability\" is a list; expected shares, 0 to 1, not 1.5"},
    {PENALISED, "\"stability\": [", "\"stability\": null,",
     "m.json:161:7: \"stability\" is null; expected a share for each of the signals"},
    {PENALISED, "\"half_samples\": 100", "\"half_samples\": 0",
     "m.json:161:7: \"stability\" is a list; expected null where no half-samples were drawn"},
    {PENALISED, "\"anchor\": \"none\"", "\"anchor\": \"equal\",",
     "m.json:165:5: \"anchored_to\" is null; expected \"own\", \"halfway\" or \"equal\""},
    {PLAIN_FIT, "\"penalty\": \"none\",\n    \"anchor\": \"none\"", "\"penalty\": \"ridge\",",
     "m.json:153:5: \"penalty\" is \"ridge\"; expected \"none\""},
    {ANCHORED, "\"anchor\": \"expert\",\n    \"anchored_to\"", "\"anchor\": \"auto\",",
     "m.json:186:5: \"anchor\" is \"auto\"; expected \"none\", \"equal\", \"expert\" or "
     "\"champion\""},
    {ANCHORED, "\"anchored_to\": \"halfway\"", "\"anchored_to\": null,",
     "m.json:187:5: \"anchored_to\" is null; expected \"own\", \"halfway\" or \"equal\""},
    {ANCHORED, "\"anchor_weights\": [", "\"anchor_weights\": [0.5, 0.5],",
     "m.json:188:5: \"anchor_weights\" is a list; expected 3 numbers"},
    {ANCHORED, "\"anchor_weights\": [", "\"anchor_weights\": [0.5, 0.25, 0.5],",
     "m.json:188:5: \"anchor_weights\" is a list; expected weights that add up to 1, not 1.25"},
    {ANCHORED, "\"anchor_weights\": [", "\"anchor_weights\": null,",
     "m.json:188:5: \"anchor_weights\" is null; expected a list in brackets"},
    {ANCHORED, "\"strength\": 0.5", "\"strength\": null,",
     "m.json:189:5: \"strength\" is null; expected a number from 0 up or \"infinite\""},
    {ANCHORED, "\"strength\": 0.5", "\"strength\": \"infinite\",",
     "m.json:190:5: \"lambda\" is 13.333333333333334; expected \"infinite\", as \"strength\" is"},
    {SEGMENTED, "\"lambda\": \"infinite\",\n    \"strength_chosen\"", "\"lambda\": 4,",
     "m.json:184:5: \"lambda\" is 4; expected \"infinite\", as \"strength\" is"},
    {ANCHORED, "\"lambda\": 13.333333333333334", "\"lambda\": \"infinite\",",
     "m.json:190:5: \"lambda\" is \"infinite\"; expected a number from 0 up"},
    {ANCHORED, "\"strength_chosen\": true", "\"strength_chosen\": 1,",
     "m.json:191:5: \"strength_chosen\" is 1; expected true or false"},
    {ANCHORED, "\"degrees\": 3.3333333333333335", "\"degrees\": -1,",
     "m.json:192:5: \"degrees\" is -1; expected 0 or more"},
    {ANCHORED, "\"conflict\": {", "\"conflict\": 3, \"x\": {",
     "m.json:193:20: unknown key \"x\" in \"fit\""},
    {ANCHORED, "\"statistic\": 7.1", "\"statistic\": -7.1,",
     "m.json:194:7: \"statistic\" is -7.1; expected 0 or more"},
    {ANCHORED, "\"p_value\": 0.03\n    }", "\"p_value\": 3\n},",
     "m.json:196:7: \"p_value\" is 3; expected a share, 0 to 1"},
    {PLAIN_FIT, "\"strength\": null", "\"strength\": 0,",
     "m.json:157:5: \"strength\" is 0; expected null where there is no anchor"},
    {PLAIN_FIT, "\"lambda\": null", "\"lamdba\": null,",
     "m.json:158:5: unknown key \"lamdba\" in \"fit\""},
    {PLAIN_FIT, "\"lambda\": null,\n    \"strength_chosen\"", "",
     "m.json:150:3: no \"lambda\" here; expected null"},
    {PLAIN_FIT, "\"strength_chosen\": false", "\"strength_chosen\": true,",
     "m.json:159:5: \"strength_chosen\" is true; expected false where there is no anchor"},
    {PLAIN_FIT, "\"conflict\": null", "\"conflict\": {},",
     "m.json:161:5: \"conflict\" is an object; expected null where there is no anchor"},
    {ANCHORED, "\"what\": \"weight of use at most 0.5\"", "\"what\": 5,",
     "m.json:263:9: \"what\" is 5; expected text in quotes"},
    {ANCHORED, "\"what\": \"weight of use at most 0.5\",\n        \"deviance\"",
     "\"what\": \"\",\n\"deviation\": 0,",
     "m.json:264:1: unknown key \"deviation\" in a limit"},
    {ANCHORED, "\"limits\": [", "\"limits\": [\"use\",",
     "m.json:261:16: found \"use\"; expected a limit as an object"},
    {ANCHORED, "\"auc\": -0.0001", "\"auc\": \"less\"",
     "m.json:265:9: \"auc\" is \"less\"; expected a number"},
    {ANCHORED, "\"step\": 0.05", "\"step\": 0,",
     "m.json:274:7: \"step\" is 0; expected above 0, up to 1"},
    {ANCHORED, "\"step\": 0.05", "\"step\": 0.1,",
     "m.json:274:7: \"step\" is 0.1; expected 0.05, which \"declared\" says"},
    {ANCHORED, "\"round_to\": 0.05", "\"round_to\": 0.1,",
     "m.json:274:7: \"step\" is 0.05; expected 0.1, which \"declared\" says"},
    {ANCHORED, "\"log_likelihood_lost\": 0.02", "\"log_likelihood_lost\": null,",
     "m.json:275:7: \"log_likelihood_lost\" is null; expected a number"},
    {ANCHORED, "\"before\": [0.51, 0.28, 0.21]", "\"before\": [0.51, 0.28]",
     "m.json:276:7: \"before\" is a list; expected 3 numbers"},
    {ANCHORED, "\"before\": [0.51, 0.28, 0.21]", "\"before\": [0.51, 0.28, 0.31]",
     "m.json:276:7: \"before\" is a list; expected weights that add up to 1, not 1.1"},
    {PLAIN_FIT, "\"rounding\": null", "\"rounding\": {\"step\": 0.25},",
     "m.json:226:18: \"step\" is 0.25; expected 0, which \"declared\" says"},
    {PLAIN_FIT, "\"rounding\": null", "\"rounding\": 0.05,",
     "m.json:226:5: \"rounding\" is 0.05; expected an object in braces"},
    {ANCHORED, "\"r2\": 0.16666666666666666", "\"r2\": 2,",
     "m.json:279:7: \"r2\" is 2; expected at most 1"},
    {ANCHORED, "\"needed\": 600", "\"needed\": -1",
     "m.json:284:7: \"needed\" is -1; expected a number from 0 up, \"infinite\" or null"},
    {ANCHORED, "\"needed\": 600", "\"need\": 600",
     "m.json:284:7: unknown key \"need\" in \"sample_size\""},
    {ANCHORED, "\"for_margin\": 139", "\"for_margin\": \"many\",",
     "m.json:283:7: \"for_margin\" is \"many\"; expected a number from 0 up, \"infinite\" or null"},
    {ANCHORED, "\"sample_size\": {", "\"sample_size\": null, \"x\": {",
     "m.json:278:26: unknown key \"x\" in \"fit\""},
    {ANCHORED, "\"resamples\": 200", "\"resamples\": 0,",
     "m.json:287:7: \"resamples\" is 0; expected a whole number from 1 to 1000000"},
    {ANCHORED, "\"failed\": 3", "\"failed\": 201,",
     "m.json:288:7: \"failed\" is 201; expected a whole number from 0 to 200"},
    {ANCHORED, "\"weights\": [\n        [0.4666", "\"weights\": [\n[0.4666],",
     "m.json:290:1: found a list; expected [low, high] or null"},
    {ANCHORED, "[0.26666666666666666, 0.3142857142857143]", "[0.3, 0.2],",
     "m.json:73:7: \"weight_interval\" is a list; expected [low, high], the lower one first"},
    {ANCHORED, "null\n      ],\n      \"line\"", "null, null\n],",
     "m.json:289:7: \"weights\" is a list; expected 3 intervals"},
    {ANCHORED, "\"line\": {\n        \"value\": 0.3333333333333333",
     "\"line\": {\n\"value\": \"a third\",",
     "m.json:295:1: \"value\" is \"a third\"; expected a number"},
    {ANCHORED, "\"figures\": {\n        \"auc\": {", "\"figures\": {\n\"acu\": {",
     "m.json:299:1: unknown key \"acu\" in \"figures\""},
    {ANCHORED, "\"name\": \"Critical\",\n          \"share\"", "\"name\": \"Red\",",
     "m.json:342:11: \"name\" is \"Red\"; expected \"Critical\""},
    {ANCHORED, "\"rate\": {", "\"rate\": {\"n\": 9,",
     "m.json:347:20: unknown key \"n\" in \"rate\""},
    {ANCHORED, "\"zones\": [\n        {\n          \"name\"", "\"zones\": [\n{}, {",
     "m.json:340:7: \"zones\" is a list; expected 4 zones"},
    {ANCHORED, "\"intervals\": \"wald, clustered\"", "\"intervals\": \"wald\",",
     "m.json:389:7: \"intervals\" is \"wald\"; expected \"wald, clustered\", as "
     "\"covariance_by\" says"},
    {PLAIN_FIT, "\"intervals\": \"wald\"", "\"intervals\": \"wald, clustered\",",
     "m.json:238:7: \"intervals\" is \"wald, clustered\"; expected \"wald\", as "
     "\"covariance_by\" says"},
    {PLAIN_FIT, "\"intervals\": \"wald\"", "\"intervals\": \"bootstrap\",",
     "m.json:238:7: \"intervals\" is \"bootstrap\"; expected \"wald\", \"wald, clustered\" or "
     "\"profile likelihood\""},
    {FIRTH, "\"unconstrained\": null", "\"unconstrained\": {}",
     "m.json:240:5: no \"intervals\" here; expected \"wald\", \"wald, clustered\" or \"profile "
     "likelihood\""},
    {FIRTH, "\"unconstrained\": null", "\"unconstrained\": \"none\"",
     "m.json:240:5: \"unconstrained\" is \"none\"; expected an object in braces"},
    {ANCHORED, "\"optimism_corrected\": {", "\"optimism\": null, \"optimism_corrected\": {",
     "m.json:487:5: unknown key \"optimism\" in \"performance\""},
    {ANCHORED, "\"optimism_corrected\": {\n      \"n\": 900",
     "\"optimism_corrected\": {\n\"n\": 0,",
     "m.json:488:1: \"n\" is 0; expected a whole number from 1 to 9007199254740991"},
    {SEGMENTED, "\"equal_weights\": {\n      \"n\": 900", "\"equal_weights\": {\n\"n\": 89,",
     "m.json:369:7: \"events\" is 90; expected a whole number from 0 to 89"},
    {SEGMENTED, "\"auc\": 0.8,", "\"auc\": 1.8,",
     "m.json:370:7: \"auc\" is 1.8; expected a share, 0 to 1"},
    {SEGMENTED, "\"auc_gain\": {", "\"auc_gain\": null, \"x\": {",
     "m.json:373:25: unknown key \"x\" in \"equal_weights\""},
    {SEGMENTED, "\"champion\": null", "\"champion\": {\"n\": 5, \"gain\": 1},",
     "m.json:386:26: unknown key \"gain\" in \"champion\""},
    {SEGMENTED, "\"champion\": null", "\"champions\": null,",
     "m.json:386:5: unknown key \"champions\" in \"yardsticks\""},
    {PLAIN_FIT, "\"yardsticks\": {", "\"yardsticks\": null, \"x\": {",
     "m.json:340:23: unknown key \"x\" in the model"},
    {ANCHORED, "\"not_matured\": 0", "\"not_ripe\": 0,",
     "m.json:543:7: unknown key \"not_ripe\" in \"dropped\""},
    {SEGMENTED, "\"before\": 0.2", "\"before\": \"0.2\",",
     "m.json:432:9: \"before\" is \"0.2\"; expected a number"},
    {SEGMENTED, "\"data\": {", "\"date\": {",
     "m.json:434:9: unknown key \"date\" in a weight's change"},
    {SEGMENTED, "\"baselines\": {\n          \"value\": 0.0", "\"baselines\": {\n\"worth\": 0.0,",
     "m.json:439:1: unknown key \"worth\" in \"baselines\""},
    {SEGMENTED, "\"pull\": -0.01", "\"pull\": null",
     "m.json:449:13: \"pull\" is null; expected a number"},
    {SEGMENTED, "\"account\": \"A7\"", "\"account\": 7,",
     "m.json:448:13: \"account\" is 7; expected text in quotes"},
    {SEGMENTED, "\"accounts\": [\n          {", "\"accounts\": [\n{}, {}, {",
     "m.json:446:9: \"accounts\" is a list; expected at most 3 accounts"},
    {SEGMENTED, "\"accounts\": [\n          {", "\"accounts\": [\n5, {",
     "m.json:447:1: found 5; expected an account as an object"},
    {SEGMENTED, "\"snapshots\": 9", "\"snapshots\": \"9\"",
     "m.json:527:9: \"snapshots\" is \"9\"; expected a whole number from 0 to 9007199254740991"},
    {SEGMENTED, "\"changes\": {", "\"changes\": null, \"x\": {",
     "m.json:428:20: unknown key \"x\" in the model"},
};

START_TEST(evidence_that_breaks_a_rule_is_refused_at_its_place)
{
    struct assay_text text = handmade_file(damages[_i].kind);
    struct assay_error err = {0};
    struct assay_model model, untouched;
    memset(&model, 0x5a, sizeof model);
    untouched = model;
    edit(&text, damages[_i].from, damages[_i].to);
    digest_anew(&text);
    enum assay_status status =
        assay_model_read_text("m.json", text.data, text.length, &model, &err);
    ck_assert_str_eq(err.message, damages[_i].message);
    ck_assert_int_eq(status, ASSAY_EDATA);
    ck_assert_mem_eq(&model, &untouched, sizeof model);
    assay_text_clear(&text);
}
END_TEST

START_TEST(rounded_weights_must_be_multiples_of_the_step)
{
    struct assay_text text = handmade_file(ANCHORED);
    struct assay_error err = {0};
    struct assay_model model;
    edit(&text, "\"round_to\": 0.05", "\"round_to\": 0.25,");
    edit(&text, "\"step\": 0.05", "\"step\": 0.25,");
    digest_anew(&text);
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &model, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "m.json:274:7: \"step\" is 0.25; expected a step that weight 0.3 "
                                  "is a multiple of");
    assay_text_clear(&text);
}
END_TEST

/* The text without the line that begins at `at`, and a comma less where it was the last member. */
static struct assay_text without_line(const struct assay_text *text, const char *at)
{
    struct assay_text out = {0};
    const char *end = strchr(at, '\n');
    size_t before = (size_t)(at - text->data) - 1; /* where the line before it ends */
    assay_text_add(&out, text->data, end[-1] != ',' && at[-2] == ',' ? before - 1 : before);
    assay_text_puts(&out, end);
    ck_assert(!out.failed);
    digest_anew(&out);
    return out;
}

/* Every member that stands on a line of its own. */
START_TEST(no_key_of_the_evidence_can_be_left_out)
{
    struct assay_text text = handmade_file((enum handmade)_i);
    const char *end = strstr(text.data, "\n  \"examples\": [");
    size_t n_removed = 0;
    for (const char *at = strstr(text.data, "\n  \"intercept\"") + 1; at < end;
         at = strchr(at, '\n') + 1) {
        size_t length = strcspn(at, "\n");
        if (memmem(at, length, "\": ", 3) == NULL || strchr("{[", at[length - 1]) != NULL)
            continue;
        struct assay_text less = without_line(&text, at);
        struct assay_error err = {0};
        struct assay_model model;
        enum assay_status status =
            assay_model_read_text("m.json", less.data, less.length, &model, &err);
        ck_assert_msg(status == ASSAY_EDATA, "without %.*s: %d %s", (int)length, at, (int)status,
                      err.message);
        ck_assert_msg(strstr(err.message, ": no \"") != NULL, "%s", err.message);
        assay_text_clear(&less);
        n_removed++;
    }
    ck_assert_uint_gt(n_removed, 100);
    assay_text_clear(&text);
}
END_TEST

/* The text with another number in the place of the one that begins at `at`. */
static struct assay_text with_number(const struct assay_text *text, const char *at,
                                     const char *number)
{
    struct assay_text out = {0};
    assay_text_add(&out, text->data, (size_t)(at - text->data));
    assay_text_puts(&out, number);
    assay_text_puts(&out, at + strspn(at, "+-.0123456789e"));
    ck_assert(!out.failed);
    digest_anew(&out);
    return out;
}

/* Refused, or a model that is written and read again. */
static void assert_refused_or_kept(const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_model model, again;
    struct assay_text once = {0}, twice = {0};
    if (assay_model_read_text("m.json", text->data, text->length, &model, &err) != ASSAY_OK) {
        ck_assert_uint_gt(strlen(err.message), 0);
        return;
    }
    ck_assay_ok(assay_model_write(&model, &once, &err));
    ck_assay_ok(assay_model_read_text("m.json", once.data, once.length, &again, &err));
    ck_assay_ok(assay_model_write(&again, &twice, &err));
    ck_assert_str_eq(once.data, twice.data);
    assay_text_clear(&once);
    assay_text_clear(&twice);
    assay_model_clear(&model);
    assay_model_clear(&again);
}

/* Numbers at the ends of what a double holds find sums that overflow and checks that a comparison
 * with NaN passes by. */
START_TEST(any_number_may_be_any_other)
{
    static const char *const extremes[] = {"-1", "0", "5e-324", "1.7976931348623157e308"};
    struct assay_text text = handmade_file((enum handmade)_i);
    const char *end = strstr(text.data, "\n  \"examples\": [");
    for (const char *at = strstr(text.data, "\n  \"declared\""); at < end; at++) {
        if (strchr(" [", at[-1]) == NULL || strchr("-0123456789", *at) == NULL)
            continue;
        for (size_t k = 0; k < COUNT(extremes); k++) {
            struct assay_text changed = with_number(&text, at, extremes[k]);
            assert_refused_or_kept(&changed);
            assay_text_clear(&changed);
        }
    }
    assay_text_clear(&text);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, evidence_that_breaks_a_rule_is_refused_at_its_place, 0, COUNT(damages));
    tcase_add_test(tc, rounded_weights_must_be_multiples_of_the_step);
    tcase_add_loop_test(tc, no_key_of_the_evidence_can_be_left_out, 0, HANDMADE);
    tcase_add_loop_test(tc, any_number_may_be_any_other, 0, HANDMADE);
}

ASSAY_SUITE("model/evidence_damage", add_tests)
